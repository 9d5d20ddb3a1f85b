"""The names of the roles. Groups carry them in the database; `partners.models.User` answers by them."""

PARTNER_OFFICER = "Partner officer"
COORDINATOR = "Coordinator"
ANALYST = "Analyst"
CHAIR = "Chair"
READER = "Reader"

ALL = (PARTNER_OFFICER, COORDINATOR, ANALYST, CHAIR, READER)

#: Roles that see the whole working plan. Readers see published reports and the plan's text alone;
#: administrators see the domain only by holding another role as well.
SEES_THE_WORK = frozenset({PARTNER_OFFICER, COORDINATOR, ANALYST, CHAIR})
