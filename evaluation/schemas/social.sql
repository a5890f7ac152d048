-- A blogging network: singular snake_case names, states as texts, people who follow, like and report one another.
CREATE TABLE person (
    person_id serial PRIMARY KEY, username text NOT NULL UNIQUE, display_name text, email text, country text NOT NULL,
    birth_date date, role text NOT NULL CHECK (role IN ('member', 'moderator', 'admin')),
    account_status text NOT NULL CHECK (account_status IN ('active', 'suspended', 'deactivated')),
    is_verified boolean NOT NULL, bio text, invited_by integer REFERENCES person,
    joined_at timestamptz NOT NULL, last_login_at timestamptz
);
CREATE TABLE category (category_id serial PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE post (
    post_id serial PRIMARY KEY, author_id integer NOT NULL REFERENCES person, category_id integer NOT NULL REFERENCES category,
    title text NOT NULL, body text NOT NULL, status text NOT NULL CHECK (status IN ('draft', 'published', 'archived')),
    visibility text NOT NULL CHECK (visibility IN ('public', 'followers', 'private')), language text NOT NULL,
    is_pinned boolean NOT NULL, view_count integer NOT NULL, created_at timestamptz NOT NULL, published_at timestamptz
);
CREATE TABLE tag (tag_id serial PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE post_tag (post_id integer REFERENCES post, tag_id integer REFERENCES tag, PRIMARY KEY (post_id, tag_id));
CREATE TABLE comment (
    comment_id serial PRIMARY KEY, post_id integer NOT NULL REFERENCES post, author_id integer NOT NULL REFERENCES person,
    parent_comment_id integer REFERENCES comment, body text NOT NULL, is_hidden boolean NOT NULL, created_at timestamptz NOT NULL
);
CREATE TABLE post_like (
    post_id integer REFERENCES post, person_id integer REFERENCES person, liked_at timestamptz NOT NULL, PRIMARY KEY (post_id, person_id)
);
CREATE TABLE follow (
    follower_id integer REFERENCES person, followee_id integer REFERENCES person, followed_at timestamptz NOT NULL,
    PRIMARY KEY (follower_id, followee_id)
);
CREATE TABLE attachment (
    attachment_id serial PRIMARY KEY, post_id integer NOT NULL REFERENCES post,
    kind text NOT NULL CHECK (kind IN ('image', 'video', 'audio', 'document')), size_kb integer NOT NULL, alt_text text, uploaded_at timestamptz NOT NULL
);
CREATE TABLE abuse_report (
    report_id serial PRIMARY KEY, post_id integer NOT NULL REFERENCES post, reporter_id integer NOT NULL REFERENCES person,
    handled_by integer REFERENCES person, reason text NOT NULL, status text NOT NULL, reported_at timestamptz NOT NULL, resolved_at timestamptz
);
CREATE INDEX ON post (author_id);
CREATE INDEX ON comment (post_id);
CREATE INDEX ON comment (author_id);
SELECT setseed(0.31);
INSERT INTO person SELECT i, lower((ARRAY['Marta','Igor','Hannah','Yusuf','Chloe','Diego','Priya','Tom'])[1+i%8])||i,
    (ARRAY['Marta','Igor','Hannah','Yusuf','Chloe','Diego','Priya','Tom'])[1+i%8]||' '||(ARRAY['Novak','Silva','Okafor','Lind','Rossi'])[1+i%5],
    CASE WHEN i%9<>0 THEN 'user'||i||(ARRAY['@mailbox.example','@post.example','@gmail.com'])[1+i%3] END,
    (ARRAY['Brazil','Spain','India','Poland','Canada','Japan','Nigeria'])[1+floor(random()*7)::int],
    CASE WHEN i%8<>0 THEN date '1960-01-01'+floor(random()*17500)::int END,
    CASE WHEN i%60=7 THEN 'admin' WHEN i%17=3 THEN 'moderator' ELSE 'member' END,
    (ARRAY['active','active','active','active','suspended','deactivated'])[1+floor(random()*6)::int],
    random()<0.25, CASE WHEN random()<0.6 THEN 'I write about '||(ARRAY['trains','cooking','linux','football'])[1+i%4] END,
    CASE WHEN i>20 AND random()<0.5 THEN 1+floor(random()*20)::int END,
    now()-(random()*1500+1)*interval '1 day', NULL FROM generate_series(1,300) i;
UPDATE person SET last_login_at=joined_at+(now()-joined_at)*random() WHERE random()<0.85;
UPDATE person SET last_login_at=now()-random()*interval '20 days' WHERE last_login_at IS NOT NULL AND random()<0.3 AND joined_at<now()-interval '21 days';
INSERT INTO category(name) VALUES ('Technology'),('Travel'),('Food'),('Sports'),('Music'),('Finance');
INSERT INTO post SELECT i,1+floor(power(random(),1.7)*270)::int,1+floor(random()*6)::int,
    (ARRAY['Notes on','A guide to','Why I love','The truth about','Ten tips for'])[1+floor(random()*5)::int]||' '||(ARRAY['slow travel','sourdough','Postgres','marathons','vinyl','budgeting'])[1+floor(random()*6)::int],
    'Lorem ipsum '||i,s,(ARRAY['public','public','public','followers','private'])[1+floor(random()*5)::int],
    (ARRAY['English','English','Spanish','Portuguese','Polish'])[1+floor(random()*5)::int],random()<0.06,
    CASE WHEN s='draft' THEN 0 ELSE floor(power(random(),3)*20000)::int+i%7 END,c,CASE WHEN s<>'draft' THEN c+random()*(now()-c)*0.05 END
    FROM (SELECT i,(ARRAY['draft','published','published','published','archived'])[1+floor(random()*5)::int] s,now()-(random()*1100)*interval '1 day' c FROM generate_series(1,900) i) x;
INSERT INTO tag(name) VALUES ('python'),('recipe'),('europe'),('beginner'),('opinion'),('photography'),('vegan'),('running');
INSERT INTO post_tag SELECT p,t FROM generate_series(1,900) p,generate_series(1,8) t WHERE random()<0.16;
INSERT INTO comment SELECT i,1+floor(power(random(),1.4)*800)::int,1+floor(power(random(),1.5)*280)::int,CASE WHEN i>50 AND random()<0.3 THEN 1+floor(random()*(i-1))::int END,
    (ARRAY['Great read, thanks!','I disagree','Thanks for sharing','Buy cheap watches here','Interesting point'])[1+floor(random()*5)::int],
    random()<0.07,now()-power(random(),1.2)*1000*interval '1 day' FROM generate_series(1,3200) i;
INSERT INTO post_like SELECT DISTINCT ON (p,u) p,u,now()-random()*900*interval '1 day' FROM (SELECT 1+floor(power(random(),1.8)*860)::int p,1+floor(power(random(),1.3)*285)::int u FROM generate_series(1,5200)) x;
INSERT INTO follow SELECT DISTINCT ON (a,b) a,b,now()-random()*1200*interval '1 day' FROM (SELECT 1+floor(random()*260)::int a,1+floor(power(random(),2)*290)::int b FROM generate_series(1,2600)) x WHERE a<>b;
INSERT INTO attachment SELECT i,1+floor(random()*900)::int,(ARRAY['image','image','image','video','audio','document'])[1+floor(random()*6)::int],20+floor(power(random(),4)*90000)::int,
    CASE WHEN random()<0.5 THEN 'figure '||i END,now()-random()*1000*interval '1 day' FROM generate_series(1,650) i;
INSERT INTO abuse_report SELECT i,1+floor(random()*900)::int,1+floor(random()*300)::int,CASE WHEN s<>'open' THEN (ARRAY[3,20,37,54,71])[1+floor(random()*5)::int] END,
    (ARRAY['spam','harassment','copyright','misinformation'])[1+floor(random()*4)::int],s,r,CASE WHEN s<>'open' THEN r+random()*interval '10 days' END
    FROM (SELECT i,(ARRAY['open','upheld','dismissed'])[1+floor(random()*3)::int] s,now()-(10+random()*500)*interval '1 day' r FROM generate_series(1,240) i) x;
