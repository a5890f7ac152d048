"""What is asked for: as a filter plan, as DataValut takes it, and as the queries that an engineer writes by hand."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.tpch import TABLES, hundred_customers
from datavalut.filters.model import ColumnValue, Comparison, ComparisonOperator, FilterPlan, LiteralValue, OneOf, Root

# Of the customers' balances, which are spread evenly: a share of the customers has one of at least so much.
_LOWEST_BALANCE, _HIGHEST_BALANCE = -1_000, 10_000
SHARE = 0.18  # of the customers, in task F
GROWING_SHARES = (SHARE / 4, SHARE / 2, SHARE, SHARE * 2)


@dataclass(frozen=True)
class Task:
    """`queries` are what each table holds in the end, those that take longest first. `condition` is that on customer,
    null where everything is copied."""

    key: str
    title: str
    plan: FilterPlan
    condition: str | None
    queries: Mapping[str, str]


def tasks(scale: float) -> dict[str, Task]:
    keys = hundred_customers(scale)
    listed = OneOf(operand=ColumnValue(column="c_custkey"), values=keys)
    listed_sql = f"c_custkey IN ({', '.join(map(str, keys))})"
    made = (
        _share_of_customers("F", SHARE),
        Task(
            key="T",
            title="100 customers, and all that follows",
            plan=FilterPlan(roots=(Root(table="customer", condition=listed),)),
            condition=listed_sql,
            queries=_queries_for(listed_sql),
        ),
        Task(
            key="C",
            title="everything",
            plan=FilterPlan(full=TABLES),
            condition=None,
            queries={
                table: f"SELECT * FROM {table}"
                for table in ("lineitem", "orders", "partsupp", "part", "customer", "supplier", "nation", "region")
            },
        ),
    )
    return {task.key: task for task in made}


def growing_tasks() -> tuple[Task, ...]:
    """Task F with ever more customers."""
    return tuple(_share_of_customers(f"G{number}", share) for number, share in enumerate(GROWING_SHARES, start=1))


def _share_of_customers(key: str, share: float) -> Task:
    lowest = round(_HIGHEST_BALANCE - share * (_HIGHEST_BALANCE - _LOWEST_BALANCE))
    balance = Comparison(
        left=ColumnValue(column="c_acctbal"),
        operator=ComparisonOperator.GREATER_OR_EQUAL,
        right=LiteralValue(value=lowest),
    )
    condition = f"c_acctbal >= {lowest}"
    return Task(
        key=key,
        title=f"{100 * share:g}% of the customers, and all that follows",
        plan=FilterPlan(roots=(Root(table="customer", condition=balance),)),
        condition=condition,
        queries=_queries_for(condition),
    )


def _queries_for(condition: str) -> dict[str, str]:
    """The chosen customers' orders and lines; the parts, suppliers and offers of these lines; the nations of customers
    and suppliers. No table references one of these and is none of these: there are no siblings."""
    lines = f"lineitem JOIN orders ON o_orderkey = l_orderkey JOIN customer ON c_custkey = o_custkey WHERE {condition}"
    offers = f"SELECT l_partkey, l_suppkey FROM {lines}"
    # The second part is evaluated only if a nation has no customer among the chosen.
    nations = (
        f"n_nationkey IN (SELECT c_nationkey FROM customer WHERE {condition}) OR n_nationkey IN"
        f" (SELECT s_nationkey FROM supplier WHERE s_suppkey IN (SELECT l_suppkey FROM {lines}))"
    )
    return {
        "lineitem": f"SELECT lineitem.* FROM {lines}",
        "partsupp": f"SELECT * FROM partsupp WHERE (ps_partkey, ps_suppkey) IN ({offers})",
        "part": f"SELECT * FROM part WHERE p_partkey IN (SELECT l_partkey FROM {lines})",
        "orders": f"SELECT orders.* FROM orders JOIN customer ON c_custkey = o_custkey WHERE {condition}",
        "supplier": f"SELECT * FROM supplier WHERE s_suppkey IN (SELECT l_suppkey FROM {lines})",
        "customer": f"SELECT * FROM customer WHERE {condition}",
        "nation": f"SELECT * FROM nation WHERE {nations}",
        "region": f"SELECT * FROM region WHERE r_regionkey IN (SELECT n_regionkey FROM nation WHERE {nations})",
    }
