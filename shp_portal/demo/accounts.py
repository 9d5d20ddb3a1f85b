"""Who one can be in the demonstration. Printed on its sign-in page, and therefore never used anywhere else."""

from partners import roles

#: (role as shown, e-mail address), in the order of the sign-in page.
ACCOUNTS = [
    (roles.PARTNER_OFFICER, "officer@demo.example"),
    ("Partner officer who leads a sub-group", "lead@demo.example"),
    (roles.COORDINATOR, "coordinator@demo.example"),
    (roles.ANALYST, "analyst@demo.example"),
    (roles.CHAIR, "chair@demo.example"),
    (roles.READER, "reader@demo.example"),
    ("Administrator", "admin@demo.example"),
]

PASSWORD = "safer-hartlepool-demo"  # noqa: S105  # nosec B105  (shown on the page it opens; loopback only)
