"""How figures look: pure geometry of a few shapes, printed by the templates in templates/charts/.

A function takes data and a size and gives a frozen dataclass of coordinates and sentences; the template prints it as
inline SVG, the same on screen and in the PDF. WeasyPrint does not apply the page's style sheet inside an inline SVG
(only its width and height), so paint is written as presentation attributes, which a strict CSP lets through; the
classes are there for the page's own style sheet (static/charts.css): width, forced colours.

    chart = line_chart(points, id_prefix="i-01", name="All recorded crime", unit="offences", ranges=[Band(...)])
    {% include "charts/line.svg.html" with chart=chart %}
    {% include "charts/notes.html" with chart=chart %}

On a page that phones open, draw it twice (WIDE and NARROW, two prefixes) and include charts/pair.html: text in a
picture that merely shrinks cannot be read. In the PDF, the wide one alone. Beside every chart stands its table; what
the numbers on a picture stand for is listed once by charts/notes.html.

Charts judge nothing: which point is unusual, which range holds, which figure may be shown is the caller's to say. What
may not be shown comes as None with its words ("<5"), so that no number is here to leak.
"""
