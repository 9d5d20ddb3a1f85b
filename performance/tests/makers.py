"""Plain makers of indicators, figures and issues, with a person in every role."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from partners import roles
from partners.tests.makers import make_partner, make_user
from performance.models import Indicator, Measurement
from performance.services.figures import record_measurement
from priorities.periods import Period, PeriodKind
from priorities.tests.makers import make_plan, make_priority, make_sub_group

Q2_2026 = Period(PeriodKind.QUARTER, dt.date(2026, 7, 1))
Q1_2026 = Q2_2026.previous()
NOW = dt.datetime(2026, 10, 20, 10, 0, tzinfo=dt.UTC)


def make_indicator(**fields: Any) -> Indicator:
    return Indicator.objects.create(
        **{
            "code": "SHOP",
            "name": "Shoplifting",
            "unit": "offences",
            "better": Indicator.Better.LOWER,
            "data_owner": make_partner("POL", "Police"),
            **fields,
        }
    )


class Cast:
    """A plan, an indicator that the police owe, and a person in every role."""

    def __init__(self) -> None:
        self.plan = make_plan()
        self.priority = make_priority(self.plan)
        self.sub_group = make_sub_group(self.plan)
        self.police = make_partner("POL", "Police")
        self.fire = make_partner("CFB", "Fire brigade")
        council = make_partner("HBC", "Borough council")
        self.owner = make_user("police@example.org", roles.PARTNER_OFFICER, partner=self.police)
        self.colleague = make_user("police2@example.org", roles.PARTNER_OFFICER, partner=self.police)
        self.outsider = make_user("fire@example.org", roles.PARTNER_OFFICER, partner=self.fire)
        self.unplaced = make_user("unplaced@example.org", roles.PARTNER_OFFICER)
        self.coordinator = make_user("coordinator@example.org", roles.COORDINATOR, partner=council)
        self.analyst = make_user("analyst@example.org", roles.ANALYST, partner=council)
        self.chair = make_user("chair@example.org", roles.CHAIR, partner=council)
        self.reader = make_user("reader@example.org", roles.READER, partner=self.police)
        self.admin = make_user("admin@example.org", partner=self.police, is_staff=True, is_superuser=True)
        self.indicator = make_indicator()

    def figure(self, printed: str = "418", **changes: Any) -> Measurement:
        return record_measurement(
            **{
                "indicator": self.indicator,
                "period": Q2_2026,
                "value": Decimal(printed or 0),
                "printed": printed,
                "by": self.owner,
                "at": NOW,
                "as_at": dt.date(2026, 10, 16),
                **changes,
            }
        )
