-- An estate agency: quoted CamelCase plural names, lookup tables for kinds and states, agents in two roles.
CREATE TABLE "Offices" ("OfficeId" serial PRIMARY KEY, "Name" text NOT NULL, "City" text NOT NULL, "OpenedOn" date NOT NULL);
CREATE TABLE "Agents" (
    "AgentId" serial PRIMARY KEY, "FirstName" text NOT NULL, "LastName" text NOT NULL, "Email" text NOT NULL, "MobilePhone" text,
    "OfficeId" integer NOT NULL REFERENCES "Offices", "ManagerId" integer REFERENCES "Agents", "CommissionRate" numeric(4, 2) NOT NULL,
    "HireDate" date NOT NULL, "IsActive" boolean NOT NULL
);
CREATE TABLE "PropertyTypes" ("PropertyTypeId" serial PRIMARY KEY, "Name" text NOT NULL UNIQUE);
CREATE TABLE "ListingStatuses" ("ListingStatusId" serial PRIMARY KEY, "Name" text NOT NULL UNIQUE);
CREATE TABLE "OfferStatuses" ("OfferStatusId" serial PRIMARY KEY, "Name" text NOT NULL UNIQUE);
CREATE TABLE "Clients" (
    "ClientId" serial PRIMARY KEY, "FirstName" text NOT NULL, "LastName" text NOT NULL, "Email" text, "Phone" text, "HomeCity" text NOT NULL,
    "IsFirstTimeBuyer" boolean NOT NULL, "Budget" numeric(12, 2), "BirthDate" date, "RegisteredAt" timestamp NOT NULL
);
CREATE TABLE "Listings" (
    "ListingId" serial PRIMARY KEY, "Address" text NOT NULL, "City" text NOT NULL, "PropertyTypeId" integer NOT NULL REFERENCES "PropertyTypes",
    "ListingStatusId" integer NOT NULL REFERENCES "ListingStatuses", "AgentId" integer NOT NULL REFERENCES "Agents", "SellerId" integer NOT NULL REFERENCES "Clients",
    "AskingPrice" numeric(12, 2) NOT NULL, "Bedrooms" integer NOT NULL, "Bathrooms" integer NOT NULL, "FloorArea" integer NOT NULL, "YearBuilt" integer,
    "HasGarage" boolean NOT NULL, "HasPool" boolean NOT NULL, "EnergyRating" char(1), "ListedOn" date NOT NULL, "Description" text
);
CREATE TABLE "Viewings" (
    "ViewingId" serial PRIMARY KEY, "ListingId" integer NOT NULL REFERENCES "Listings", "ClientId" integer NOT NULL REFERENCES "Clients", "AgentId" integer NOT NULL REFERENCES "Agents",
    "ScheduledAt" timestamp NOT NULL, "IsCancelled" boolean NOT NULL, "Rating" integer CHECK ("Rating" BETWEEN 1 AND 5), "Feedback" text
);
CREATE TABLE "Offers" (
    "OfferId" serial PRIMARY KEY, "ListingId" integer NOT NULL REFERENCES "Listings", "BuyerId" integer NOT NULL REFERENCES "Clients",
    "OfferStatusId" integer NOT NULL REFERENCES "OfferStatuses", "Amount" numeric(12, 2) NOT NULL, "IsCash" boolean NOT NULL, "SubmittedAt" timestamp NOT NULL, "ExpiresOn" date NOT NULL
);
CREATE TABLE "Sales" (
    "SaleId" serial PRIMARY KEY, "ListingId" integer NOT NULL UNIQUE REFERENCES "Listings", "BuyerId" integer NOT NULL REFERENCES "Clients",
    "AgentId" integer NOT NULL REFERENCES "Agents", "SalePrice" numeric(12, 2) NOT NULL, "CommissionPaid" numeric(10, 2), "ClosedOn" date NOT NULL
);
SELECT setseed(0.63);
INSERT INTO "Offices" SELECT i,(ARRAY['Downtown','Lakeside','Hillcrest','Old Town'])[i],(ARRAY['Austin','Denver','Seattle','Boston'])[i],date '2004-02-01'+i*900 FROM generate_series(1,4) i;
INSERT INTO "Agents" SELECT i,(ARRAY['Rachel','Omar','Grace','Victor','Lena','Miles'])[1+i%6],(ARRAY['Bennett','Castillo','Fischer','Nguyen','Hughes'])[1+i%5],'agent'||i||'@keystone.example',CASE WHEN i%5<>2 THEN '555-01'||10+i END,
    1+i%4,CASE WHEN i>4 THEN 1+floor(random()*4)::int END,(ARRAY[1.5,2,2.5,3])[1+floor(random()*4)::int],current_date-60-floor(random()*4500)::int,random()<0.8 FROM generate_series(1,30) i;
INSERT INTO "PropertyTypes" VALUES (1,'House'),(2,'Apartment'),(3,'Townhouse'),(4,'Condo'),(5,'Land');
INSERT INTO "ListingStatuses" VALUES (1,'Active'),(2,'Under Offer'),(3,'Sold'),(4,'Withdrawn'),(5,'Expired');
INSERT INTO "OfferStatuses" VALUES (1,'Pending'),(2,'Accepted'),(3,'Rejected'),(4,'Countered');
INSERT INTO "Clients" SELECT i,(ARRAY['Daniel','Sara','Kevin','Nadia','Paul','Emily','Hugo'])[1+i%7],(ARRAY['Parker','Ortiz','Schmidt','Chen','Adams'])[1+i%5],CASE WHEN i%7<>2 THEN 'client'||i||'@inbox.example' END,CASE WHEN i%6<>3 THEN '555-'||2000+i END,
    (ARRAY['Austin','Denver','Seattle','Boston','Dallas'])[1+floor(random()*5)::int],random()<0.3,CASE WHEN random()<0.8 THEN (150+floor(random()*900)::int)*1000 END,CASE WHEN i%10<>4 THEN date '1948-01-01'+floor(random()*20000)::int END,
    (now() AT TIME ZONE 'UTC')-(5+random()*1400)*interval '1 day' FROM generate_series(1,320) i;
INSERT INTO "Listings" SELECT i,(10+i*3)::text||' '||(ARRAY['Maple Street','Oak Avenue','Harbor Road','Sunset Drive','King Street'])[1+floor(random()*5)::int],(ARRAY['Austin','Denver','Seattle','Boston'])[1+floor(random()*4)::int],p,(ARRAY[1,1,2,3,3,4,5])[1+floor(random()*7)::int],
    1+floor(power(random(),1.4)*28)::int,1+floor(random()*300)::int,(90+floor(power(random(),2)*1900)::int)*1000,CASE WHEN p=5 THEN 0 ELSE 1+floor(random()*5)::int END,CASE WHEN p=5 THEN 0 ELSE 1+floor(random()*3)::int END,
    45+floor(random()*320)::int,CASE WHEN p<>5 THEN 1925+floor(random()*100)::int END,p<>5 AND random()<0.5,p<>5 AND random()<0.15,CASE WHEN p<>5 AND random()<0.8 THEN (ARRAY['A','B','C','D','E'])[1+floor(random()*5)::int] END,
    current_date-5-floor(random()*1100)::int,CASE WHEN random()<0.7 THEN (ARRAY['Bright rooms close to the park','Needs renovation','Quiet street, sea view','Newly renovated kitchen'])[1+floor(random()*4)::int] END
    FROM (SELECT i,(ARRAY[1,1,2,2,3,4,5])[1+floor(random()*7)::int] p FROM generate_series(1,520) i) x;
INSERT INTO "Viewings" SELECT i,l."ListingId",1+floor(power(random(),1.3)*310)::int,CASE WHEN random()<0.8 THEN l."AgentId" ELSE 1+floor(random()*30)::int END,l."ListedOn"+random()*(current_date+14-l."ListedOn")*interval '1 day',random()<0.12,
    CASE WHEN random()<0.6 THEN 1+floor(random()*5)::int END,CASE WHEN random()<0.4 THEN (ARRAY['too small','loved the garden','too expensive','wants a second visit'])[1+floor(random()*4)::int] END
    FROM (SELECT i,1+floor(power(random(),1.3)*500)::int k FROM generate_series(1,1800) i) x JOIN "Listings" l ON l."ListingId"=x.k;
INSERT INTO "Offers" SELECT i,l."ListingId",1+floor(power(random(),1.3)*310)::int,1+floor(random()*4)::int,round(l."AskingPrice"*(0.8+random()*0.3)::numeric,-3),random()<0.25,s,(s+interval '10 days')::date
    FROM (SELECT i,1+floor(power(random(),1.2)*510)::int k,random() r FROM generate_series(1,700) i) x JOIN "Listings" l ON l."ListingId"=x.k CROSS JOIN LATERAL (SELECT l."ListedOn"+r*(current_date-l."ListedOn")*interval '1 day' s) y;
INSERT INTO "Sales" SELECT row_number() OVER (ORDER BY "ListingId"),"ListingId",1+floor(random()*310)::int,"AgentId",round("AskingPrice"*(0.86+random()*0.2)::numeric,-3),CASE WHEN random()<0.85 THEN round("AskingPrice"*0.02,2) END,
    "ListedOn"+(random()*(current_date-"ListedOn"))::int FROM "Listings" WHERE "ListingStatusId"=3;
