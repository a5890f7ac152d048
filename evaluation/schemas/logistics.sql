-- A haulage company: plural snake_case names, enum types, checks, two keys to the warehouses.
CREATE TYPE vehicle_kind AS ENUM ('van', 'truck', 'trailer', 'cargo_bike');
CREATE TYPE vehicle_status AS ENUM ('in_service', 'in_repair', 'retired');
CREATE TYPE shipment_status AS ENUM ('pending', 'in_transit', 'delivered', 'returned', 'cancelled', 'lost');
CREATE TYPE service_level AS ENUM ('standard', 'express', 'overnight');
CREATE TYPE incident_kind AS ENUM ('accident', 'breakdown', 'theft', 'weather');
CREATE TABLE warehouses (
    id serial PRIMARY KEY, code text NOT NULL UNIQUE, name text NOT NULL, city text NOT NULL, country text NOT NULL,
    capacity_m3 integer NOT NULL CHECK (capacity_m3 > 0), is_refrigerated boolean NOT NULL, opened_on date NOT NULL, closed_on date
);
CREATE TABLE customers (
    id serial PRIMARY KEY, company_name text NOT NULL, contact_email text, city text NOT NULL, country text NOT NULL,
    segment text NOT NULL CHECK (segment IN ('retail', 'wholesale', 'pharma', 'industrial')), credit_limit numeric(10, 2), created_at timestamptz NOT NULL
);
CREATE TABLE drivers (
    id serial PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, phone text, licence_class text NOT NULL CHECK (licence_class IN ('B', 'C', 'CE')),
    has_adr_certificate boolean NOT NULL, hourly_rate numeric(6, 2) NOT NULL, home_warehouse_id integer NOT NULL REFERENCES warehouses,
    mentor_id integer REFERENCES drivers, hired_on date NOT NULL, left_on date
);
CREATE TABLE vehicles (
    id serial PRIMARY KEY, plate_number text NOT NULL UNIQUE, kind vehicle_kind NOT NULL, status vehicle_status NOT NULL, make text NOT NULL,
    is_electric boolean NOT NULL, payload_kg integer NOT NULL, mileage_km integer NOT NULL, home_warehouse_id integer NOT NULL REFERENCES warehouses,
    purchased_on date NOT NULL, last_inspected_on date
);
CREATE TABLE routes (
    id serial PRIMARY KEY, code text NOT NULL UNIQUE, origin_warehouse_id integer NOT NULL REFERENCES warehouses,
    destination_warehouse_id integer NOT NULL REFERENCES warehouses, distance_km integer NOT NULL, has_tolls boolean NOT NULL,
    CHECK (origin_warehouse_id <> destination_warehouse_id)
);
CREATE TABLE trips (
    id serial PRIMARY KEY, route_id integer NOT NULL REFERENCES routes, driver_id integer NOT NULL REFERENCES drivers,
    vehicle_id integer NOT NULL REFERENCES vehicles, departed_at timestamptz NOT NULL, arrived_at timestamptz, fuel_litres numeric(7, 1)
);
CREATE TABLE shipments (
    id serial PRIMARY KEY, reference text NOT NULL UNIQUE, customer_id integer NOT NULL REFERENCES customers,
    origin_warehouse_id integer NOT NULL REFERENCES warehouses, destination_warehouse_id integer NOT NULL REFERENCES warehouses,
    service service_level NOT NULL, status shipment_status NOT NULL, is_insured boolean NOT NULL, freight_charge numeric(10, 2) NOT NULL CHECK (freight_charge >= 0),
    declared_value numeric(10, 2), booked_at timestamptz NOT NULL, promised_on date NOT NULL, delivered_at timestamptz
);
CREATE TABLE parcels (
    id serial PRIMARY KEY, shipment_id integer NOT NULL REFERENCES shipments, trip_id integer REFERENCES trips, weight_kg numeric(7, 2) NOT NULL CHECK (weight_kg > 0),
    is_fragile boolean NOT NULL, contents text NOT NULL, damaged_at timestamptz
);
CREATE TABLE incidents (
    id serial PRIMARY KEY, trip_id integer NOT NULL REFERENCES trips, kind incident_kind NOT NULL,
    severity text NOT NULL CHECK (severity IN ('minor', 'major', 'critical')), cost numeric(10, 2), occurred_at timestamptz NOT NULL
);
CREATE INDEX ON parcels (shipment_id);
CREATE INDEX ON shipments (customer_id);
SELECT setseed(0.47);
INSERT INTO warehouses SELECT i,(ARRAY['HAM','ROT','LYO','MIL','WAR','ANT','MUC','PAR'])[i],(ARRAY['North Hub','Maasvlakte','Rhone Depot','Lombardia Hub','Vistula Depot','Scheldt Terminal','Isar Depot','Paris Nord'])[i],
    (ARRAY['Hamburg','Rotterdam','Lyon','Milan','Warsaw','Antwerp','Munich','Paris'])[i],(ARRAY['Germany','Netherlands','France','Italy','Poland','Belgium','Germany','France'])[i],
    (ARRAY[42000,65000,18000,27000,15000,38000,9000,22000])[i],i IN (2,4,6),date '2001-03-01'+i*700,CASE WHEN i=7 THEN date '2025-08-31' END FROM generate_series(1,8) i;
INSERT INTO customers SELECT i,(ARRAY['Alpha','Borealis','Cobalt','Delta','Evergreen','Falcon','Granit'])[1+i%7]||' '||(ARRAY['Foods','Pharma','Steel','Textiles','Electronics'])[1+i%5]||' '||i,
    CASE WHEN i%8<>0 THEN 'dispatch@c'||i||'.example' END,c,CASE c WHEN 'Berlin' THEN 'Germany' WHEN 'Hamburg' THEN 'Germany' WHEN 'Lyon' THEN 'France' WHEN 'Turin' THEN 'Italy' WHEN 'Krakow' THEN 'Poland' ELSE 'Netherlands' END,
    (ARRAY['retail','wholesale','pharma','industrial'])[1+floor(random()*4)::int],CASE WHEN i%6<>1 THEN (1+floor(random()*60)::int)*1000 END,now()-(40+random()*1800)*interval '1 day'
    FROM (SELECT i,(ARRAY['Berlin','Hamburg','Lyon','Turin','Krakow','Utrecht'])[1+floor(random()*6)::int] c FROM generate_series(1,140) i) x;
INSERT INTO drivers SELECT i,(ARRAY['Jan','Pavel','Sofia','Luca','Anke','Marek','Elif'])[1+i%7],(ARRAY['Kowalski','Vermeer','Brandt','Moretti','Dubois'])[1+i%5]||CASE WHEN i>35 THEN '-'||i ELSE '' END,
    CASE WHEN i%7<>4 THEN '+49 30 '||1000+i END,(ARRAY['B','C','CE'])[1+floor(random()*3)::int],random()<0.3,round((17+random()*14)::numeric,2),1+floor(random()*8)::int,
    CASE WHEN i>12 AND random()<0.6 THEN 1+floor(random()*12)::int END,h,CASE WHEN random()<0.2 THEN h+(random()*(current_date-h))::int END FROM (SELECT i,current_date-30-floor(random()*5000)::int h FROM generate_series(1,90) i) x;
INSERT INTO vehicles SELECT i,'HX-'||1000+i*7,k,(ARRAY['in_service','in_service','in_service','in_repair','retired'])[1+floor(random()*5)::int]::vehicle_status,(ARRAY['Volvo','MAN','Mercedes','Scania','Iveco'])[1+floor(random()*5)::int],
    CASE WHEN k='cargo_bike' THEN true WHEN k='trailer' THEN false ELSE random()<0.3 END,CASE k WHEN 'van' THEN 900+floor(random()*600)::int WHEN 'truck' THEN 7000+floor(random()*11000)::int WHEN 'trailer' THEN 24000 ELSE 120 END,
    floor(random()*420000)::int,1+floor(random()*8)::int,p,CASE WHEN random()<0.85 THEN p+(random()*(current_date-p))::int END
    FROM (SELECT i,(ARRAY['van','van','truck','truck','trailer','cargo_bike'])[1+floor(random()*6)::int]::vehicle_kind k,current_date-10-floor(random()*4200)::int p FROM generate_series(1,120) i) x;
INSERT INTO routes SELECT row_number() OVER (ORDER BY o,d),'R-'||o||d,o,d,120+floor(random()*1400)::int,random()<0.5 FROM generate_series(1,8) o,generate_series(1,8) d WHERE o<>d AND random()<0.75;
INSERT INTO trips SELECT i,1+floor(random()*(SELECT count(*) FROM routes))::int,1+floor(power(random(),1.6)*82)::int,1+floor(power(random(),1.5)*112)::int,d,CASE WHEN d<now()-interval '2 days' OR random()<0.3 THEN d+(2+random()*20)*interval '1 hour' END,
    CASE WHEN random()<0.9 THEN round((20+random()*480)::numeric,1) END FROM (SELECT i,now()-(1+random()*800)*interval '1 day' d FROM generate_series(1,900) i) x;
INSERT INTO shipments SELECT i,'SH'||200000+i,1+floor(power(random(),1.6)*130)::int,1+o,1+(o+1+floor(random()*7)::int)%8,(ARRAY['standard','standard','express','overnight'])[1+floor(random()*4)::int]::service_level,s::shipment_status,random()<0.4,
    round((20+power(random(),3)*4000)::numeric,2),CASE WHEN random()<0.7 THEN round((50+power(random(),4)*90000)::numeric,2) END,b,(b+interval '6 days')::date,CASE WHEN s='delivered' THEN b+(1+random()*8)*interval '1 day' END
    FROM (SELECT i,floor(random()*8)::int o,(ARRAY['delivered','delivered','delivered','delivered','pending','in_transit','returned','cancelled','lost'])[1+floor(random()*9)::int] s,now()-(10+random()*850)*interval '1 day' b FROM generate_series(1,1500) i) x;
INSERT INTO parcels SELECT i,1+floor(power(random(),1.2)*1450)::int,CASE WHEN random()<0.8 THEN 1+floor(random()*900)::int END,round((0.3+power(random(),3)*220)::numeric,2),random()<0.2,
    (ARRAY['glassware','machine parts','medicines','clothing','books','batteries'])[1+floor(random()*6)::int],CASE WHEN random()<0.04 THEN now()-random()*800*interval '1 day' END FROM generate_series(1,4200) i;
INSERT INTO incidents SELECT i,t.id,(ARRAY['accident','breakdown','theft','weather'])[1+floor(random()*4)::int]::incident_kind,(ARRAY['minor','minor','major','critical'])[1+floor(random()*4)::int],CASE WHEN random()<0.75 THEN round((100+power(random(),3)*30000)::numeric,2) END,
    t.departed_at+random()*interval '6 hours' FROM (SELECT row_number() OVER (ORDER BY id) i,id,departed_at FROM trips WHERE id%6=1) t;
