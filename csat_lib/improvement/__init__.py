"""What we do about it: customers at risk, actions and their verification, incentives, internal customers."""

from csat_lib.improvement.accounts import Accounts, accounts_from, load_accounts
from csat_lib.improvement.action_edits import add_action, close_action
from csat_lib.improvement.actions import Action, actions_from, listed, load_actions, overdue
from csat_lib.improvement.at_risk import at_risk, open_complaints, reasons_by_tier, reminders
from csat_lib.improvement.customer_book import CustomerBook, customer_book, write_customer_lists
from csat_lib.improvement.customer_tiers import counts, latest_scores, tier_moves, tier_names, with_tiers
from csat_lib.improvement.incentive_file import Incentives, Scheme, load_incentives
from csat_lib.improvement.internal import Departments, internal_customers, read_internal, weakest_links
from csat_lib.improvement.loyalty import revenue_chain
from csat_lib.improvement.payouts import base_of, excellence, measured, payouts, read_dealers, scorecard, staircase
from csat_lib.improvement.proposals import propose
from csat_lib.improvement.tiers import Incentive, Tier, checked_tiers, incentive, tiers_from
from csat_lib.improvement.uncertain_payouts import expected_payout, next_tier, point_value, reaches, tier_probabilities
from csat_lib.improvement.verification import Verification, fieldwork_of, verify

__all__ = [
    "Accounts",
    "Action",
    "CustomerBook",
    "Departments",
    "Incentive",
    "Incentives",
    "Scheme",
    "Tier",
    "Verification",
    "accounts_from",
    "actions_from",
    "add_action",
    "at_risk",
    "base_of",
    "checked_tiers",
    "close_action",
    "counts",
    "customer_book",
    "excellence",
    "expected_payout",
    "fieldwork_of",
    "incentive",
    "internal_customers",
    "latest_scores",
    "listed",
    "load_accounts",
    "load_actions",
    "load_incentives",
    "measured",
    "next_tier",
    "open_complaints",
    "overdue",
    "payouts",
    "point_value",
    "propose",
    "reaches",
    "read_dealers",
    "read_internal",
    "reasons_by_tier",
    "reminders",
    "revenue_chain",
    "scorecard",
    "staircase",
    "tier_moves",
    "tier_names",
    "tier_probabilities",
    "tiers_from",
    "verify",
    "weakest_links",
    "with_tiers",
    "write_customer_lists",
]
