"""Words that mean the same, and the words that carry grammar. Data; what is done with it stands elsewhere.

Synonyms are near-true in any business ("client" for customer). A word that is only sometimes another's synonym is
left out: the planner refuses rather than guesses.
"""


def words(text: str) -> frozenset[str]:
    """The words that `text` lists."""
    return frozenset(text.split())


TABLE_SYNONYMS: tuple[frozenset[str], ...] = tuple(
    words(group)
    for group in (
        "customer client buyer shopper",
        "user account",
        "order purchase sale",
        "product article merchandise",
        "film movie",
        "employee staff worker personnel",
        "supplier vendor",
        "invoice bill",
        "student pupil",
        "teacher instructor",
        "doctor physician dr",
        "insurer insurance",
        "appointment visit",
        "company organization organisation firm",
        "shop store",
        "rental rent",
        "enrollment enrolment registration",
        "category genre",
        "picture image photo",
        "log logs",
    )
)

# At the end of a table's name they add nothing to what stands before: "staff_members", "customer_info".
GENERIC_TABLE_TAILS = words("member record info information list master data table entity profile")

COLUMN_SYNONYMS: tuple[frozenset[str], ...] = tuple(
    words(group)
    for group in (
        "email emailaddress mail mailaddress",
        "phone telephone phonenumber telephonenumber",
        "mobile mobilephone mobilenumber cellphone",
        "postalcode postcode zip zipcode",
        "lastname surname familyname",
        "firstname givenname forename",
        "quantity qty",
        "population inhabitant",
        "birthdate dateofbirth dob birthday",
        "gender sex",
        "rating star score",
        "description desc",
    )
)

# Words at a column's end that its short name may leave out ("stock" for stock_quantity). Units such as cents are
# not among them: who says "total above 500" of total_cents means something else; nor are those of time, of which
# several are usual.
GENERIC_TAILS = words(
    "code balance "
    "amount value quantity count number usd eur no nr level class percent km kilometer mile meter cm mm kg kilogram "
    "kb mb gb kwh mwh kw"
)

# Columns found in many tables: they say nothing about a row that only references their table.
GENERIC_COLUMNS = words(
    "id name title description status type code date note notes comment comments number value active"
)

# Columns whose values are sentences, or made for machines, and never words that a person says of a row.
FREE_TEXTS = words(
    "body text content message note notes comment comments summary bio about words remark remarks "
    "email emailaddress mail phone telephone mobile fax phonenumber phoneno password passwordhash hash token secret "
    "url uri link website homepage path picture photo image avatar ip ipaddress useragent checksum signature"
)

SEXES = (words("m male man men boy"), words("f female woman women girl"))

# Of these 0 is as good as none.
COUNT_COLUMNS = words(
    "discount balance stock quantity points count units tax tip bonus credit debt fee duration "
    "deductible excess surcharge allowance"
)

# Columns of persons that say what they are.
ROLE_COLUMNS = words("role position specialty speciality occupation profession type kind contract job rank title")

# Further ones, by which persons are told apart.
PERSONAL_COLUMNS = words(
    "sex gender status nationality citizenship level tier seniority segment group grade rank cohort standing"
)

# Before the means or the way by which something was done.
MEANS = words("through via using")
# Columns that say who or what carried out what was done to a row.
MEANS_COLUMNS = words("carrier courier shipper forwarder")
# Columns of things whose values are nouns that a row may be called by.
NOUN_COLUMNS = words(
    "kind type class category genre species breed make brand manufacturer model status stage form format"
)
SELLERS = words("merchant supplier vendor retailer restaurant seller partner dealer agency")
PEOPLE = words(
    "family couple child kid adult senior junior teen group individual man woman boy girl vegetarian vegan smoker"
)
MEANS_OF_PAYMENT = words("card cash cheque check paypal transfer wire voucher credit debit visa mastercard")

LINE_WORDS = words("item line detail position part entry row")

STATUS_COLUMNS = words("status state stage phase")
PLACE_COLUMNS = words(
    "country city town state region district province county continent territory nation location place building room "
    "floor ward campus site hall house wing block dormitory dorm terminal zone neighborhood "
    "neighbourhood suburb borough"
)
KIND_COLUMNS = words(
    "category genre brand manufacturer maker make department language specialty speciality nationality line"
)
# A table that is called after another with one of these ("vehicle_models") says of what kind its rows are: all of it.
KIND_TABLES = words(
    "model type kind category class variant family brand genre species breed make role position job profession "
    "specialty title"
)
NAME_COLUMNS = ("name", "title", "fullname", "displayname", "label")
AMOUNT_COLUMNS = words(
    "amount total totalamount totalprice totalvalue totalcost ordertotal orderamount grandtotal ordervalue "
    "paymentamount amountpaid saleamount purchaseamount invoicetotal"
)
# Tables of which a "total" is that of their amounts, and no number of rows.
MONEY_NOUNS = words("payment invoice bill fine donation transaction charge fee expense refund deposit sale purchase")
GIFTS = words("donation contribution gift")
PAYMENTS = words("payment receipt remittance")
# States of a payment by which nothing was paid after all, by their stems.
UNPAID_STEMS = words("fail refund cancel declin pend revers void reject chargeback disput bounc schedul")
# Tables whose rows are a mark each, and the columns that hold it.
RATINGS = words("rating review score evaluation feedback survey assessment")
RATED_ONCE = words(
    "order booking reservation appointment visit trip ride stay rental session delivery shipment ticket purchase sale "
    "flight lesson call loan consultation transaction case request interview"
)
RATING_COLUMNS = words("rating score stars star points mark")
# What is said or asked for, and not paid.
NOT_SPENT = words("offer bid quote quotation estimate proposal forecast budget")
PRICE_COLUMNS = words("price unitprice listprice saleprice retailprice cost")
MONEY_COLUMNS = AMOUNT_COLUMNS | PRICE_COLUMNS | words("fee charge salary balance budget fare principal premium")

PERSONS = words(
    "customer client buyer shopper user account member employee staff worker personnel person student pupil teacher "
    "instructor professor patient doctor physician nurse actor author contact subscriber guest passenger driver "
    "player lead visitor owner tenant admin administrator manager agent seller vendor supplier participant attendee "
    "donor volunteer candidate applicant reader borrower follower friend human holder policyholder cardholder "
    "salesperson salesman representative rep clerk technician mechanic engineer lawyer trainer coach adjuster broker "
    "officer advisor consultant tutor resident curator lecturer scholar dean dentist surgeon therapist pharmacist "
    "patron beneficiary cashier waiter chef pilot courier artist author musician singer director journalist editor "
    "inspector practitioner clinician listener rider learner speaker sponsor landlord organizer traveler "
    "handler operator supervisor intern trainee apprentice alumnus prisoner voter citizen"
)
# What can join or register beside persons.
JOINERS = PERSONS | words("company organization organisation firm team workspace store shop")

# Things that last: they are in one state or another at different times, of which their creation is only one.
LASTING = JOINERS | words(
    "card loan subscription membership contract policy lease license licence project task ticket issue case claim "
    "listing property house apartment flat vehicle car truck van device machine product article item course class club "
    "department branch plan campaign trial domain server"
)

# Things that have amounts of their own at any time; the amount of a loan or a claim is that of its creation.
HOLDING = JOINERS | words(
    "account product item article course vehicle car property house apartment flat device machine department club"
)
# What a thing has so much of at a time, which no date of its creation tells.
STOCK_COLUMNS = words(
    "balance salary wage income price cost rate rent fee limit stock quantity capacity seats budget points score gpa "
    "rating level size population headcount mileage"
)

# Date columns: words that say only that it is a date, and stems that say which.
DATE_WORDS = words("at on date year time timestamp datetime ts dt utc day when of the")
CREATION_STEMS = words(
    "creat insert add register signup join plac hir record occur happen issu book submit post open enrol fil log grant "
    "request lodg rais "
    "onboard purchas donat appli"
)
JOIN_STEMS = words("register signup join enrol subscrib onboard")
GENERIC_CREATION_STEMS = words("creat add mak enter record insert writ")
# Of those the ones that are said of rows, and of no deed of a person's.
ROW_STEMS = words("creat add enter record insert")
# What is done to a thing so that it is there for others: its date is none of anything else.
BRINGING_OUT_STEMS = words("releas publish launch")
# Verbs that name the date of the same deed, by their stems.
SAME_DEEDS = (
    words("buy purchas acquir"),
    words("start begin commenc open launch"),
    words("finish complet end clos"),
    words("ship send dispatch"),
    words("leav termin depart"),
    words("hir employ recruit"),
    words("publish releas"),
)
# What is posted when it comes to be.
POSTINGS = words("post comment review message reply photo picture image video article listing ad advert")
ORDER_STEMS = words("order plac buy purchas sel")
# Dates that may lie ahead, and of those the ones after which something is over or on.
FUTURE_STEMS = words("expir end start begin due schedul plan valid effect renew")
PASSING_STEMS = words("expir end start begin")
# Dates on which what was due is done.
DONE_STEMS = words("pay return complet finish deliver clos resolv solv settl submit fulfil fulfill redeem")
# Dates that say nothing about when a row came to be: none of them is taken for "from last month".
OTHER_DATE_STEMS = words(
    "updat modifi chang edit delet remov archiv birth expir due schedul requir start end begin finish valid "
    "login see activ access cancel return ship deliver pay releas publish clos complet discharg renew resolv "
    "die death termin term next last from to until effect effectiv verifi confirm approv"
)

ANTONYMS = {
    "inactive": "active",
    "disabled": "enabled",
    "unavailable": "available",
    "incomplete": "complete",
    "invalid": "valid",
    "private": "public",
    "offline": "online",
    "one-time": "recurring",
    "one-off": "recurring",
    "in-person": "online",
    "on-site": "remote",
    "onsite": "remote",
    "domestic": "international",
    "temporary": "permanent",
    "optional": "mandatory",
    "elective": "mandatory",
    "mandatory": "elective",
    "compulsory": "elective",
    "required": "elective",
    "core": "elective",
    "manual": "automatic",
    "external": "internal",
}
# Labels of states that say the same, each by its words.
SAME_STATES = tuple(
    words(group)
    for group in (
        "completed complete finished done concluded",
        "cancelled canceled",
        "rejected declined denied refused",
        "ongoing running in_progress underway",
        "failed unsuccessful",
        "succeeded successful",
        "sent shipped dispatched",
        "resolved solved",
        "paused on_hold",
        "deactivated disabled",
    )
)
NEGATING_PREFIXES = ("non-", "non", "un", "in", "not-")

# Verbs of relative clauses whose object is a related row ("who placed 3 orders").
LIGHT_VERBS = words(
    "place placed make made have has had receive received submit submitted get got own owned hold held "
    "contain contains include includes wrote written left posted"
)
BARE_BUYING_VERBS = words("order buy purchase")
BUYING_VERBS = BARE_BUYING_VERBS | words("ordered bought purchased")

# Verbs that say of two nouns only that one has to do with the other, by their stems.
WEAK_VERB_STEMS = words(
    "tak attend play appear star featur act perform work belong join contain includ us involv see handl process serv "
    "hav hold get receiv mak lead associat relat link connect mention cover own trigger generat perform initiat "
    "conduct host offer provid occupi"
)
_VERBS_OF_ROLES = {
    "author": words("writ post creat"),
    "assistant": words("assist"),
    **dict.fromkeys(("department", "faculty", "major", "subject", "program", "programme", "degree"), words("studi")),
    "vehicle": words("driv rid us"),
    "language": words("speak"),
    "instrument": words("play"),
    "sport": words("play practic"),
    "cuisine": words("serv cook"),
    "head": words("head lead chair"),
    "attendant": words("attend"),
    "consultant": words("consult"),
    "participant": words("participat"),
    "claimant": words("claim"),
    "respondent": words("respond"),
    "owner": words("own hav hold"),
    "assignee": words("assign giv"),
    "manager": words("manag lead supervis report"),
    "instructor": words("teach giv instruct"),
    "teacher": words("teach giv"),
    "creator": words("creat mak"),
    "sender": words("send"),
    "recipient": words("receiv send"),
    "seller": words("sel"),
    "salesperson": words("sel"),
    "salesman": words("sel"),
    "broker": words("sel"),
    "buyer": words("buy"),
    "advisor": words("advis"),
    "adviser": words("advis"),
    "doctor": words("see treat"),
    "physician": words("see treat"),
    "agent": words("handl sel"),
    "staff": words("handl process serv"),
    "employee": words("handl process serv"),
    "courier": words("deliver"),
    "driver": words("driv deliver"),
    "waiter": words("serv"),
    "trainer": words("train teach coach"),
    "coach": words("coach train"),
    "tutor": words("teach tutor"),
    "lecturer": words("teach lectur"),
    "mechanic": words("repair fix servic"),
    "technician": words("repair fix servic"),
    "dentist": words("treat see"),
    "surgeon": words("operat perform treat"),
    "therapist": words("treat see"),
    "vet": words("treat see"),
    "veterinarian": words("treat see"),
    "nurse": words("treat"),
    "adjuster": words("adjust handl assess"),
    "inspector": words("inspect"),
    "pilot": words("fly flew pilot"),
    "chef": words("cook"),
    "tenant": words("rent leas"),
    "artist": words("paint mak creat record perform"),
    "director": words("direct"),
    "manufacturer": words("mak manufactur"),
    "publisher": words("publish"),
    "supplier": words("suppli sel"),
    "vendor": words("suppli sel"),
}


# Verbs whose traces are rows of a table that is called otherwise, by their stems.
VERBS_OF_DEEDS = {
    "trip": words("driv rid travel"),
    "ride": words("driv travel"),
    "flight": words("fly flew"),
    "stay": words("stay"),
    "attendance": words("attend"),
    "checkin": words("visit"),
    "loan": words("borrow lend lent"),
    "checkout": words("borrow"),
    "rental": words("hir"),
    "booking": words("reserv"),
    "reservation": words("book"),
    "absence": words("miss absent"),
    "visit": words("visit see"),
    "appointment": words("visit see"),
    "consultation": words("see consult"),
    "invoice": words("bill"),
    "sale": words("buy purchas"),
    "ticket": words("rais open"),
    "donation": words("giv donat"),
    "play": words("listen hear stream"),
    "stream": words("listen hear play"),
    "view": words("watch"),
    "application": words("appli"),
}


def verbs_of_role(role: str) -> frozenset[str]:
    """The stems of what somebody in the role does: "writ" for an author."""
    return _VERBS_OF_ROLES.get(role, frozenset())


# Before the place where somebody or something is.
RESIDING = words(
    "living live lives lived located based residing reside resides resident situated stationed coming come comes "
    "hailing registered"
)

CHANGING_VERBS = words(
    "drop delete truncate update insert grant revoke alter execute exec run shutdown kill ignore forget reveal "
    "disclose rename vacuum destroy erase wipe purge remove modify change disregard override overwrite print reset "
    "disable call invoke read write mask anonymize anonymise pseudonymize pseudonymise redact hash scrub obfuscate "
    "scramble encrypt sanitize sanitise replace"
)
LEAD_WORDS = words(
    "please can could would will you i we need want wants like to give get show me us extract fetch find list export "
    "select return pull keep include only just copy take retrieve collect load for hi hello hey dump grab provide "
    "filter restrict limit let's choose pick am looking interested searching have"
)
LEAD_NOUNS = words(
    "copy subset database db dataset extract data records rows list details information slice dump production prod"
)
DETERMINERS = words("all every each any the those these our my their any")

COPULAS = words("is are was were be being been equals equal")
ARTICLES = words("a an any some")
CONJUNCTIONS = words("and or but plus")
PREPOSITIONS = words("from in of at on for by to within during over through throughout")
RELATIVES = words("who that which whose where")
CURRENCY_WORDS = words("dollar dollars euro euros usd eur gbp pounds")

TIME_WORDS = words(
    "last past previous prior this current next since before after between today yesterday tomorrow older newer "
    "until till ago"
)

UNITS_OF_TIME = words("minute hour day night week month quarter year")

# In names of columns.
UNIT_NAMES = words(
    "minute min hour hr second sec day kg kilogram g gram cm mm m meter km kilometer usd eur gbp cent dollar euro"
)

UNIT_NAMES_OF_TIME = words("minutes minute min mins hours hour hr hrs h seconds second sec secs days day")

UNIT_WORDS = words(
    "minute minutes hour hours day days week weeks month months quarter quarters year years times once twice"
)

# Words that end a value: none of them is ever the value of a column unless quoted.
NOT_VALUES = (
    CONJUNCTIONS
    | (PREPOSITIONS - {"by"})
    | RELATIVES
    | COPULAS
    | TIME_WORDS
    | words(
        "with without having has have had not no except excluding exclude than above below greater less "
        "more fewer least most exactly equal contains containing starting starts ending ends begins beginning "
        "null either neither nor as the a an by if all skip omit leave keep include also then"
    )
)

# Words that carry a sentence: a value written so is taken for one only where nothing else can stand.
GRAMMAR_WORDS = (
    NOT_VALUES
    | LEAD_WORDS
    | LEAD_NOUNS
    | DETERMINERS
    | LIGHT_VERBS
    | CHANGING_VERBS
    | UNIT_WORDS
    | words("it its them they he she his her him us me my be do does did can ever never yet only just too again top")
)
