"""How figures look: pure geometry of the four shapes, printed by the templates in templates/charts/.

A function takes data and a size and gives a frozen dataclass of coordinates and sentences; the template prints it as
inline SVG, the same on screen and in the PDF. WeasyPrint does not apply the page's style sheet inside an inline SVG
(only its width and height), so paint is written as presentation attributes, which a strict CSP lets through; the
classes are there for the page's own style sheet (static/charts.css): width, forced colours.
"""
