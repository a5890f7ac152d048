-- Software as a service: tenants, uuid keys, soft deletion, states held to a check, events.
CREATE FUNCTION pg_temp.share(key bigint, salt text) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$ SELECT (hashtextextended(salt, key) & 1048575) / 1048576.0 $$;
CREATE FUNCTION pg_temp.id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || n)::uuid $$;

CREATE TYPE plan_tier AS ENUM ('free', 'pro', 'enterprise');
CREATE TABLE tenants (
    id uuid PRIMARY KEY, name text NOT NULL, plan plan_tier NOT NULL, region text NOT NULL, seats integer NOT NULL,
    created_at timestamptz NOT NULL, trial_ends_at timestamptz
);
CREATE TABLE users (
    id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, email text NOT NULL, display_name text, role text NOT NULL
        CHECK (role IN ('owner', 'admin', 'member', 'guest')), is_verified boolean NOT NULL, country_code text,
    created_at timestamptz NOT NULL, last_login_at timestamptz, deleted_at timestamptz
);
CREATE TABLE subscriptions (
    id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, status text NOT NULL
        CHECK (status IN ('trialing', 'active', 'past_due', 'canceled')), monthly_price numeric(10, 2) NOT NULL,
    started_at timestamptz NOT NULL, canceled_at timestamptz
);
CREATE TABLE invoices (
    id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, number text NOT NULL, total numeric(10, 2) NOT NULL,
    currency text NOT NULL, issued_at timestamptz NOT NULL, paid_at timestamptz
);
CREATE TABLE projects (
    id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, owner_id uuid NOT NULL REFERENCES users, name text NOT NULL,
    archived boolean NOT NULL, created_at timestamptz NOT NULL
);
CREATE TABLE tasks (
    id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES projects, assignee_id uuid REFERENCES users, title text NOT NULL,
    priority text NOT NULL, status text NOT NULL CHECK (status IN ('todo', 'in_progress', 'done')), due_date date,
    completed_at timestamptz, created_at timestamptz NOT NULL
);
CREATE TABLE comments (
    id uuid PRIMARY KEY, task_id uuid NOT NULL REFERENCES tasks, author_id uuid NOT NULL REFERENCES users, body text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE events (
    id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, user_id uuid REFERENCES users, event_type text NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}', occurred_at timestamptz NOT NULL
);
CREATE TABLE api_keys (
    id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, label text NOT NULL, expires_at timestamptz, revoked boolean NOT NULL
);
CREATE TABLE audit_log (id uuid PRIMARY KEY, message text NOT NULL, logged_at timestamptz NOT NULL);

INSERT INTO tenants SELECT pg_temp.id('tenant', n), (ARRAY['Globex', 'Initech', 'Umbrella', 'Hooli', 'Stark Industries', 'Wayne Enterprises'])[1 + n % 6] || CASE WHEN n > 6 THEN ' ' || n ELSE '' END,
    (enum_range(NULL::plan_tier))[1 + floor(3 * pg_temp.share(n, 'plan'))::integer], (ARRAY['eu-west', 'us-east', 'ap-south'])[1 + n % 3], 1 + n * 7 % 60,
    now() - pg_temp.share(n, 'created') * interval '4 years', CASE WHEN n % 4 = 0 THEN now() + (n - 30) * interval '1 day' END
FROM generate_series(1, 60) AS n;
INSERT INTO users SELECT pg_temp.id('user', n), pg_temp.id('tenant', 1 + n % 60), 'user' || n || CASE WHEN n % 3 = 0 THEN '@gmail.com' ELSE '@corp.example' END,
    CASE WHEN n % 8 <> 0 THEN 'User ' || n END, (ARRAY['owner', 'admin', 'member', 'member', 'guest'])[1 + floor(5 * pg_temp.share(n, 'role'))::integer],
    pg_temp.share(n, 'verified') < 0.8, (ARRAY['US', 'DE', 'FR', 'IN', NULL])[1 + n % 5], created,
    CASE WHEN n % 6 <> 0 THEN created + pg_temp.share(n, 'login') * (now() - created) END, CASE WHEN n % 13 = 0 THEN now() - interval '3 days' END
FROM generate_series(1, 700) AS n, LATERAL (SELECT now() - pg_temp.share(n, 'joined') * interval '3 years') AS c (created);
INSERT INTO subscriptions SELECT pg_temp.id('sub', n), pg_temp.id('tenant', 1 + n % 60), s,
    (ARRAY[0, 29, 99, 499])[1 + n % 4], at, CASE WHEN s = 'canceled' THEN at + interval '60 days' END
FROM generate_series(1, 110) AS n, LATERAL (SELECT (ARRAY['trialing', 'active', 'active', 'past_due', 'canceled'])[1 + floor(5 * pg_temp.share(n, 'sub'))::integer], now() - interval '61 days' - pg_temp.share(n, 'start') * interval '2 years') AS x (s, at);
INSERT INTO invoices SELECT pg_temp.id('inv', n), pg_temp.id('tenant', 1 + n % 60), 'INV-' || n, 20 + floor(2000 * pg_temp.share(n, 'total')), (ARRAY['USD', 'EUR'])[1 + n % 2], at,
    CASE WHEN pg_temp.share(n, 'paid') < 0.75 THEN at + interval '12 days' END
FROM generate_series(1, 500) AS n, LATERAL (SELECT now() - interval '13 days' - pg_temp.share(n, 'issued') * interval '2 years') AS x (at);
INSERT INTO projects SELECT pg_temp.id('project', n), tenant_id, id, 'Project ' || n, pg_temp.share(n, 'archived') < 0.25, now() - pg_temp.share(n, 'made') * interval '2 years'
FROM generate_series(1, 150) AS n JOIN users ON id = pg_temp.id('user', n * 3);
INSERT INTO tasks SELECT pg_temp.id('task', n), pg_temp.id('project', 1 + n % 140), CASE WHEN n % 5 <> 0 THEN pg_temp.id('user', 1 + n * 7 % 700) END, 'Task ' || n || CASE WHEN n % 5 = 0 THEN ' fix bug' ELSE '' END,
    (ARRAY['low', 'medium', 'high', 'urgent'])[1 + floor(4 * pg_temp.share(n, 'prio'))::integer], s, CASE WHEN n % 3 <> 0 THEN (now() + (n % 60 - 40) * interval '1 day')::date END,
    CASE WHEN s = 'done' THEN at + interval '5 days' END, at
FROM generate_series(1, 2000) AS n, LATERAL (SELECT (ARRAY['todo', 'in_progress', 'done'])[1 + floor(3 * pg_temp.share(n, 'st'))::integer], now() - interval '6 days' - pg_temp.share(n, 'task') * interval '18 months') AS x (s, at);
INSERT INTO comments SELECT pg_temp.id('comment', n), pg_temp.id('task', 1 + floor(2000 * pg_temp.share(n, 'of') ^ 2)::integer), pg_temp.id('user', 1 + n % 500), CASE WHEN n % 4 = 0 THEN 'LGTM' ELSE 'please check ' || n END, now() - pg_temp.share(n, 'at') * interval '1 year'
FROM generate_series(1, 1500) AS n;
INSERT INTO events SELECT pg_temp.id('event', n), tenant_id, id, (ARRAY['login', 'export', 'invite', 'upload'])[1 + floor(4 * pg_temp.share(n, 'type'))::integer], '{}', now() - pg_temp.share(n, 'event') * interval '1 year'
FROM generate_series(1, 20000) AS n JOIN users ON id = pg_temp.id('user', 1 + floor(600 * pg_temp.share(n, 'who'))::integer);
INSERT INTO api_keys SELECT pg_temp.id('key', n), pg_temp.id('user', n * 5), 'key ' || n, CASE WHEN n % 3 <> 0 THEN now() + (n - 60) * interval '1 day' END, n % 7 = 0 FROM generate_series(1, 120) AS n;
INSERT INTO audit_log SELECT pg_temp.id('audit', n), 'audit ' || n, now() - n * interval '1 day' FROM generate_series(1, 40) AS n;
