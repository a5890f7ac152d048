"""The words behind the abbreviations in names of tables and columns. Data.

Only names are read so: in a sentence "no" is no number and "cat" no category. What stands for several words in
different databases ("inv", "doc", "std") is left out.
"""

from functools import lru_cache

from datavalut.planning.offline.shortened import written_out
from datavalut.planning.offline.tokens import parts_of

_WORDS = {
    abbreviation: tuple(words.split())
    for line in """
    acct account; acctg accounting; addr address; adj adjuster; adjr adjuster; agcy agency; agr agreement
    amt amount; appr approved; appt appointment; apt apartment; asgn assigned; attr attribute; avg average
    prereq prerequisite; acad academic; acft aircraft; alb album; arpt airport; avail available; crse course
    cmpgn campaign; dly delayed; dnr donor; dntn donation; enrl enrollment; enrol enrollment
    flt flight; grad graduated; gradn graduation; instn institution; intl international; lect lecturer
    lectr lecturer; mthly monthly; natl national; pat patient; pax passenger; plst playlist
    psgr passenger; rstr restaurant; sect section; sects sections; stud student; studs students
    tix ticket; univ university; vlntr volunteer; wkly weekly
    bal balance; bath bathroom; bdrm bedroom; bene beneficiary; bkg booking; bldg building; bldr builder
    brkr broker; canc cancelled; cat category; catg category; cd code; cert certificate; chk check; chkin checkin
    chkout checkout; cls class; cncl cancelled; cnt count; cntct contact; comm commission; comp company
    cov coverage; crd credit; cre created; cred credit; crs course; crt created; cst customer; ctc contact
    ctg category; ctgy category; ctry country; cty city; curr currency; cust customer; cvg coverage; ded deductible
    del deleted; dept department; desc description; descr description; dest destination; diag diagnosis
    disc discount; dist district; div division; dlv delivery; dlvd delivered; dlvry delivery; dob birth date
    dr doctor; dur duration; eff effective; emp employee; emplmt employment; emps employees; enr enrollment
    eqp equipment; evt event; exp expiry; fac faculty; fam family; fl floor; flg flag; fn first name
    fname first name; freq frequency; fst first; gend gender; grp group; hol holiday; hosp hospital; hrs hours
    img image; inc income; ind indicator; ins insurance; insd insured; instr instructor; invt inventory; iss issued
    itm item; lang language; lbl label; lic license; ln last name; lname last name; lob line of business
    loc location; lvl level; maint maintenance; med medication; mem member; mfr manufacturer; mgmt management
    mgr manager; mktg marketing; mnth month; mob mobile; msg message; mtg meeting; nat nationality; nbr number
    nm name; no number; num number; nums numbers; occ occupation; opn opened; ord order; org organization
    orig original; os outstanding; pct percent; pd paid; perc percent; ph phone; phn phone; phys physician
    pmt payment; pol policy; pos position; prd product; pref preferred; prem premium; pres prescription
    presc prescription; prf profile; prio priority; prod product; prof professor; proj project; prop property
    prov provider; pwd password; pymnt payment; pymt payment; qty quantity; rcpt receipt; rcvd received
    rec received; ref reference; reg registration; rel release; req request; resv reservation; rev revenue; rm room
    rnwl renewal; rpt report; rsn reason; rx prescription; sal salary; sched schedule; sem semester; sess session
    sev severity
    sex sex; shp shipment; shpd shipped; sig signature; slsp salesperson; spec specialty; sqft square feet
    stat status; stats statistics; stf staff; sts status; stu student; subj subject; subm submitted; supp supplier
    svc service; tchr teacher; tel telephone; tkt ticket; tmst timestamp; tot total; trans transaction; trm term
    trn transaction; trx transaction; txn transaction; typ type; upd updated; usr user; usrs users; uw underwriter
    vac vacancy; val value; veh vehicle; vend vendor; vis visit; vol volume; whse warehouse; wrhs warehouse
    wt weight; yr year; yrs years; zip zip
    """.replace("\n", ";").split(";")
    if line.strip()
    for abbreviation, words in (line.strip().split(" ", 1),)
}

_CLOSINGS = frozenset({("cls", "dt"), ("cls", "date"), ("cls", "ts"), ("clsd", "dt")})  # and no class
_SAYING_NO_MORE = frozenset({"code", "name", "text", "label", "value"})


@lru_cache(maxsize=50_000)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a table's or column's name, written out: ("appointment", "dt") for appt_dt."""
    parts = parts_of(name)
    if len(parts) > 1:
        parts = tuple("line" if part == "ln" else part for part in parts)  # "ord_ln"; alone it is the last name
        parts = tuple("closed" if pair in _CLOSINGS else pair[0] for pair in zip(parts, (*parts[1:], ""), strict=True))
    return tuple(word for part in parts for word in _WORDS.get(part) or (written_out(part) or part,))


@lru_cache(maxsize=50_000)
def head_word(name: str) -> str:
    """The word that says what a column holds: "status" of claim_sts_cd, "city" of city_name."""
    words = name_words(name)
    while len(words) > 1 and words[-1] in _SAYING_NO_MORE:
        words = words[:-1]
    return words[-1]
