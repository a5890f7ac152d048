"""Catalogs that the offline planner's tests read prompts against: a shop, Pagila, Northwind and an application."""

from datavalut.catalog.model import Catalog, Column, ForeignKey, Table, TableName, TypeCategory

_CATEGORIES = {
    "bool": TypeCategory.BOOLEAN,
    "int": TypeCategory.INTEGER,
    "num": TypeCategory.NUMERIC,
    "text": TypeCategory.TEXT,
    "date": TypeCategory.DATE,
    "ts": TypeCategory.TIMESTAMP,
    "tstz": TypeCategory.TIMESTAMPTZ,
    "uuid": TypeCategory.UUID,
    "texts": TypeCategory.ARRAY,
    "json": TypeCategory.JSON,
    "bytes": TypeCategory.BINARY,
    "other": TypeCategory.OTHER,
}
_TYPE_NAMES = {
    "bool": "boolean",
    "int": "integer",
    "num": "numeric",
    "date": "date",
    "ts": "timestamp without time zone",
    "tstz": "timestamp with time zone",
    "uuid": "uuid",
    "texts": "text[]",
    "json": "jsonb",
    "bytes": "bytea",
    "other": "tsvector",
}


def column(declaration: str) -> Column:
    """ "price num!" is a numeric column that is not null; "status placed|paid" one of an enum type."""
    name, kind = declaration.split(" ", 1)
    not_null = kind.endswith("!")
    kind = kind.removesuffix("!")
    if kind in _CATEGORIES:
        element = TypeCategory.TEXT if kind == "texts" else None
        return Column(name, _TYPE_NAMES.get(kind, "text"), _CATEGORIES[kind], not_null=not_null, element=element)
    labels = tuple(kind.split("|"))
    return Column(name, f"{name}_type", TypeCategory.ENUM, not_null=not_null, enum_labels=labels)


def table(name: str, *columns: str, key: str = "", checks: tuple[str, ...] = (), schema: str = "public") -> Table:
    built = tuple(column(declaration) for declaration in columns)
    primary_key = tuple(key.split()) if key else (built[0].name,)
    return Table(TableName(schema, name), built, primary_key=primary_key, check_constraints=checks)


def reference(child: str, columns: str, parent: str, parent_columns: str = "id", schema: str = "public") -> ForeignKey:
    return ForeignKey(
        f"{child}_{columns}_fkey".replace(" ", "_"),
        TableName(schema, child),
        tuple(columns.split()),
        TableName(schema, parent),
        tuple(parent_columns.split()),
    )


def catalog(database: str, tables: tuple[Table, ...], foreign_keys: tuple[ForeignKey, ...]) -> Catalog:
    return Catalog(database, 170010, tables, foreign_keys)


SHOP = catalog(
    "shop",
    (
        table(
            "customers",
            *("id int!", "name text!", "email text", "phone text", "country text!", "city text", "is_active bool!"),
            *("loyalty_points int!", "birth_date date", "created_at tstz!"),
        ),
        table(
            "orders",
            *("id int!", "customer_id int", "referred_by int", "status placed|paid|shipped|delivered|returned!"),
            *("total_amount num!", "discount num", "order_date tstz!", "shipped_at tstz", "note text"),
        ),
        table(
            "order_items",
            *("order_id int!", "line int!", "product_id int!", "quantity int!", "unit_price num!"),
            key="order_id line",
        ),
        table(
            "products",
            *("id int!", "category_id int!", "name text!", "price num!", "units_in_stock int!", "sku uuid"),
            *("discontinued bool!", "tags texts", "attributes json", "created_at tstz!"),
        ),
        table("categories", "id int!", "name text!", "parent_id int"),
        table("reviews", "id int!", "customer_id int!", "product_id int!", "stars int!", "body text", "created_at ts!"),
        table("employees", "id int!", "manager_id int", "full_name text!", "salary num", "hire_date date!"),
        table("audit_log", "id int!", "message text", "logged_at tstz!"),
        table("country_codes", "code text!", "name text!"),
    ),
    (
        reference("orders", "customer_id", "customers"),
        reference("orders", "referred_by", "customers"),
        reference("order_items", "order_id", "orders"),
        reference("order_items", "product_id", "products"),
        reference("products", "category_id", "categories"),
        reference("categories", "parent_id", "categories"),
        reference("reviews", "customer_id", "customers"),
        reference("reviews", "product_id", "products"),
        reference("employees", "manager_id", "employees"),
    ),
)

# The keys of the payments' partitions are those of the partitioned table.
PAGILA = catalog(
    "pagila",
    (
        table("actor", "actor_id int!", "first_name text!", "last_name text!", "last_update tstz!"),
        table(
            "address",
            *("address_id int!", "address text!", "address2 text", "district text!", "city_id int!"),
            *("postal_code text", "phone text!", "last_update tstz!"),
        ),
        table("category", "category_id int!", "name text!", "last_update tstz!"),
        table("city", "city_id int!", "city text!", "country_id int!", "last_update tstz!"),
        table("country", "country_id int!", "country text!", "last_update tstz!"),
        table(
            "customer",
            *("customer_id int!", "store_id int!", "first_name text!", "last_name text!", "email text"),
            *("address_id int!", "activebool bool!", "create_date date!", "last_update tstz", "active int"),
        ),
        table(
            "film",
            *("film_id int!", "title text!", "description text", "release_year int", "language_id int!"),
            *("original_language_id int", "rental_duration int!", "rental_rate num!", "length int"),
            *("replacement_cost num!", "rating G|PG|PG-13|R|NC-17", "last_update tstz!", "special_features texts"),
            "fulltext other!",
        ),
        table("film_actor", "actor_id int!", "film_id int!", "last_update tstz!", key="actor_id film_id"),
        table("film_category", "film_id int!", "category_id int!", "last_update tstz!", key="film_id category_id"),
        table("inventory", "inventory_id int!", "film_id int!", "store_id int!", "last_update tstz!"),
        table("language", "language_id int!", "name text!", "last_update tstz!"),
        table(
            "payment",
            *("payment_id int!", "customer_id int!", "staff_id int!", "rental_id int!", "amount num!"),
            "payment_date tstz!",
            key="payment_date payment_id",
        ),
        table(
            "rental",
            *("rental_id int!", "rental_date tstz!", "inventory_id int!", "customer_id int!", "return_date tstz"),
            *("staff_id int!", "last_update tstz!"),
        ),
        table(
            "staff",
            *("staff_id int!", "first_name text!", "last_name text!", "address_id int!", "email text"),
            *("store_id int!", "active bool!", "username text!", "password text", "last_update tstz!"),
            "picture bytes",
        ),
        table("store", "store_id int!", "manager_staff_id int!", "address_id int!", "last_update tstz!"),
    ),
    (
        reference("address", "city_id", "city", "city_id"),
        reference("city", "country_id", "country", "country_id"),
        reference("customer", "address_id", "address", "address_id"),
        reference("customer", "store_id", "store", "store_id"),
        reference("film_actor", "actor_id", "actor", "actor_id"),
        reference("film_actor", "film_id", "film", "film_id"),
        reference("film_category", "category_id", "category", "category_id"),
        reference("film_category", "film_id", "film", "film_id"),
        reference("film", "language_id", "language", "language_id"),
        reference("film", "original_language_id", "language", "language_id"),
        reference("inventory", "film_id", "film", "film_id"),
        reference("inventory", "store_id", "store", "store_id"),
        reference("payment", "customer_id", "customer", "customer_id"),
        reference("payment", "rental_id", "rental", "rental_id"),
        reference("payment", "staff_id", "staff", "staff_id"),
        reference("rental", "customer_id", "customer", "customer_id"),
        reference("rental", "inventory_id", "inventory", "inventory_id"),
        reference("rental", "staff_id", "staff", "staff_id"),
        reference("staff", "address_id", "address", "address_id"),
        reference("staff", "store_id", "store", "store_id"),
        reference("store", "address_id", "address", "address_id"),
    ),
)

NORTHWIND = catalog(
    "northwind",
    (
        table("categories", "category_id int!", "category_name text!", "description text", "picture bytes"),
        table(
            "customer_customer_demo",
            *("customer_id text!", "customer_type_id text!"),
            key="customer_id customer_type_id",
        ),
        table("customer_demographics", "customer_type_id text!", "customer_desc text"),
        table(
            "customers",
            *("customer_id text!", "company_name text!", "contact_name text", "contact_title text", "address text"),
            *("city text", "region text", "postal_code text", "country text", "phone text", "fax text"),
        ),
        table(
            "employees",
            *("employee_id int!", "last_name text!", "first_name text!", "title text", "title_of_courtesy text"),
            *("birth_date date", "hire_date date", "address text", "city text", "region text", "postal_code text"),
            *("country text", "home_phone text", "extension text", "photo bytes", "notes text", "reports_to int"),
            "photo_path text",
        ),
        table("employee_territories", "employee_id int!", "territory_id text!", key="employee_id territory_id"),
        table(
            "order_details",
            *("order_id int!", "product_id int!", "unit_price num!", "quantity int!", "discount num!"),
            key="order_id product_id",
        ),
        table(
            "orders",
            *("order_id int!", "customer_id text", "employee_id int", "order_date date", "required_date date"),
            *("shipped_date date", "ship_via int", "freight num", "ship_name text", "ship_address text"),
            *("ship_city text", "ship_region text", "ship_postal_code text", "ship_country text"),
        ),
        table(
            "products",
            *("product_id int!", "product_name text!", "supplier_id int", "category_id int"),
            *("quantity_per_unit text", "unit_price num", "units_in_stock int", "units_on_order int"),
            *("reorder_level int", "discontinued int!"),
        ),
        table("region", "region_id int!", "region_description text!"),
        table("shippers", "shipper_id int!", "company_name text!", "phone text"),
        table(
            "suppliers",
            *("supplier_id int!", "company_name text!", "contact_name text", "contact_title text", "address text"),
            *("city text", "region text", "postal_code text", "country text", "phone text", "fax text"),
            "homepage text",
        ),
        table("territories", "territory_id text!", "territory_description text!", "region_id int!"),
        table("us_states", "state_id int!", "state_name text", "state_abbr text", "state_region text"),
    ),
    (
        reference("orders", "customer_id", "customers", "customer_id"),
        reference("orders", "employee_id", "employees", "employee_id"),
        reference("orders", "ship_via", "shippers", "shipper_id"),
        reference("order_details", "product_id", "products", "product_id"),
        reference("order_details", "order_id", "orders", "order_id"),
        reference("products", "category_id", "categories", "category_id"),
        reference("products", "supplier_id", "suppliers", "supplier_id"),
        reference("territories", "region_id", "region", "region_id"),
        reference("employee_territories", "territory_id", "territories", "territory_id"),
        reference("employee_territories", "employee_id", "employees", "employee_id"),
        reference("customer_customer_demo", "customer_type_id", "customer_demographics", "customer_type_id"),
        reference("customer_customer_demo", "customer_id", "customers", "customer_id"),
        reference("employees", "reports_to", "employees", "employee_id"),
    ),
)

# An application with CamelCase and singular names, states held to a check, and columns that are easily confused.
APPLICATION = catalog(
    "application",
    (
        table("Tenant", "id uuid!", "name text!", "plan free|pro|enterprise!", "createdAt tstz!"),
        table(
            "User",
            *("id uuid!", "tenantId uuid!", "email text!", "status text!", "isVerified bool", "createdAt tstz!"),
            *("lastLoginAt tstz", "deletedAt tstz"),
            checks=("CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text, 'on_hold'::text])))",),
        ),
        table("Project", "id uuid!", "tenantId uuid!", "ownerId uuid!", "name text!", "startDate date", "dueDate date"),
        table("Invoice", "id int!", "tenantId uuid!", "state text!", "amountDue num!", "issuedAt tstz!", "paidAt tstz"),
        table("PageView", "id int!", "userId uuid", "projectId uuid", "url text!", "occurredAt tstz!"),
        table("web_session", "id int!", "userId uuid!", "startedAt tstz!", "endedAt tstz"),
        table("app_session", "id int!", "userId uuid!", "startedAt tstz!"),
    ),
    (
        reference("User", "tenantId", "Tenant"),
        reference("Project", "tenantId", "Tenant"),
        reference("Project", "ownerId", "User"),
        reference("Invoice", "tenantId", "Tenant"),
        reference("PageView", "userId", "User"),
        reference("PageView", "projectId", "Project"),
        reference("web_session", "userId", "User"),
        reference("app_session", "userId", "User"),
    ),
)
