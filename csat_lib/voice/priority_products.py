"""Products whose complaints pass the monthly threshold, and the complaint rate's control chart over the periods."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, nearest
from csat_lib.stats import check_confidence, wilson
from csat_lib.tracking import control_chart
from csat_lib.voice.register import Register

PRODUCTS = ["product", "month", "complaints", "n", "estimate", "conf_low", "conf_high", "target", "cause", "verdict"]


def product_months(register: Register, orders: pd.DataFrame, *, threshold: float | None = None, confidence: float = 0.95) -> pd.DataFrame:
    """Complaints per order of every product and month against the threshold.

    Parameters
    ----------
    register : Register
        From ``load_register``.
    orders : DataFrame
        product, month ("2026-09"), orders.
    threshold : float, optional
        Share of orders; by default the study's ``monthly_threshold``, 0.05.
    confidence : float
        Of Wilson's intervals.

    Returns
    -------
    DataFrame
        product, month, complaints, n (orders), estimate, conf_low, conf_high, target (per cent), cause (the most frequent cause or category
        of these complaints), verdict ("above threshold" where the interval lies above, "at risk" where the rate does, "ok",
        "no orders"). A product with complaints and no orders is kept.

    Raises
    ------
    DataError
        A column is missing, orders are negative or no number, or a product and month stands twice.
    """
    check_confidence(confidence)
    limit = register.settings.monthly_threshold if threshold is None else threshold
    sold = _orders(orders)
    own = register.complaints[register.complaints["product"] != ""]
    keys = [own["product"], own["opened"].dt.strftime("%Y-%m").rename("month")]
    counts = own.groupby(keys).size()
    field = "cause" if (own["cause"] != "").any() else "category"
    causes = own[own[field] != ""].groupby(keys)[field].agg(lambda values: min(values.mode()))
    rows = []
    for product, month in sorted({*counts.index, *sold.index}):
        count, n = int(counts.get((product, month), 0)), float(sold.get((product, month), 0.0))
        rate = count / n if n else np.nan
        low, high = wilson(min(rate, 1.0), n, confidence) if n else (np.nan, np.nan)
        verdict = "no orders" if not n else "above threshold" if low > limit else "at risk" if rate > limit else "ok"
        cause = str(causes.get((product, month), ""))
        rows.append((product, month, count, n, 100 * rate, 100 * low, 100 * high, 100 * limit, cause, verdict))
    return pd.DataFrame(rows, columns=PRODUCTS)


def priority_products(months: pd.DataFrame) -> pd.DataFrame:
    """The products that passed the threshold in a month at least, the most often and the highest first.

    Returns
    -------
    DataFrame
        product, months (above the threshold), worst_month, complaints, n (orders), estimate (per cent over all months), highest (per cent
        in the worst month), target, cause, verdict (the worst month's).
    """
    over = months[months["estimate"] > months["target"]]
    rows = []
    for product, own in over.groupby("product", sort=True):
        whole, worst = months[months["product"] == product], own.sort_values("estimate", kind="stable").iloc[-1]
        count, n = int(whole["complaints"].sum()), float(whole["n"].sum())
        sure = "above threshold" if (own["verdict"] == "above threshold").any() else "at risk"
        rows.append(
            (product, len(own), worst["month"], count, n, 100 * count / n, worst["estimate"], worst["target"], worst["cause"], sure)
        )
    columns = ["product", "months", "worst_month", "complaints", "n", "estimate", "highest", "target", "cause", "verdict"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["months", "highest"], ascending=False, kind="stable", ignore_index=True)


def complaint_chart(figures: Mapping[str, pd.DataFrame], metric: str = "complaint_rate_orders") -> pd.DataFrame:
    """The control chart of a share of the register over its periods, oldest first.

    Parameters
    ----------
    figures : mapping of str to DataFrame
        Period -> ``complaint_figures``.
    metric : str
        Which of its shares.

    Returns
    -------
    DataFrame
        As ``tracking.control_chart``; a p chart, or Laney's where the periods vary more than chance.

    Raises
    ------
    DataError
        No period has that figure (the nearest is named).
    """
    rows = [table[table["metric"] == metric].assign(period=period, segment="all") for period, table in figures.items()]
    both = pd.concat([each for each in rows if len(each)] or [pd.DataFrame(columns=["metric"])], ignore_index=True)
    if both.empty:
        known = dict.fromkeys(str(name) for table in figures.values() for name in table["metric"])
        raise DataError(f"No figure {metric!r} in the registers.{nearest(metric, known)}")
    return control_chart(both[["period", "segment", "metric", "estimate", "std_error", "n_effective", "kind"]])


def _orders(orders: pd.DataFrame) -> pd.Series:
    for name in ("product", "month", "orders"):
        if name not in orders.columns:
            raise DataError(f"orders: no column {name!r}.{nearest(name, map(str, orders.columns))}")
    numbers = pd.to_numeric(orders["orders"], errors="coerce")
    if numbers.isna().any() or (numbers < 0).any():
        row = int(np.flatnonzero((numbers.isna() | (numbers < 0)).to_numpy())[0])
        raise DataError(f"orders, row {row + 2}: {orders['orders'].tolist()[row]!r} is not a number of orders.")
    odd = ~orders["month"].astype(str).str.fullmatch(r"\d{4}-(?:0[1-9]|1[0-2])")
    if odd.any():
        raise DataError(f"orders, month: {orders.loc[odd, 'month'].iloc[0]!r} is not of the form 2026-09.")
    keys = [orders["product"].astype(str), orders["month"].astype(str)]
    if pd.DataFrame({"a": keys[0], "b": keys[1]}).duplicated().any():
        raise DataError("orders: a product stands twice in a month. Add its rows up first.")
    return numbers.groupby(keys).sum()
