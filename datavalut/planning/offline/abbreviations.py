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
    acct account; addr address; amt amount; appt appointment; apt apartment; attr attribute; avg average; bal balance
    bldg building; cat category; cd code; chk check; cnt count; comp company; cred credit; crs course; ctry country
    cty city; curr currency; cust customer; del deleted; dept department; desc description; descr description
    diag diagnosis; dist district; div division; dob birth date; dept department; dr doctor; dur duration; emp employee
    emps employees; enr enrollment; eqp equipment; evt event; fac faculty; fam family; flg flag; fname first name
    fn first name; freq frequency; gend gender; grp group; hosp hospital; hrs hours; img image; instr instructor
    invt inventory; itm item; lang language; lbl label; lname last name; ln last name; loc location; lvl level
    mfr manufacturer; mgr manager; mob mobile; msg message; nat nationality; nbr number; nm name; no number; num number
    nums numbers; occ occupation; ord order; org organization; orig original; pct percent; perc percent; phys physician
    pmt payment; pos position; pres prescription; presc prescription; prio priority; prod product; proj project
    prof professor; pwd password; qty quantity; rcpt receipt; rcvd received; reg registration; rel release; req request
    rev revenue; rx prescription; sal salary; sched schedule; sem semester; sess session; shp shipment; spec specialty
    stat status; stats statistics; stf staff; sts status; stu student; subj subject; supp supplier; svc service
    tchr teacher; tel telephone; tkt ticket; tot total; trans transaction; trx transaction; txn transaction; typ type
    adj adjuster; agr agreement; appr approved; asgn assigned; bdrm bedroom; bldg building; cert certificate; cls class
    comm commission; cov coverage; cre created; crt created; dest destination; eff effective; exp expiry; fst first
    hol holiday; ins insurance; inc income; ind indicator; lic license; maint maintenance; med medication; mem member
    mnth month; mtg meeting; opn opened; ph phone; phn phone; pol policy; prem premium; prf profile; prov provider
    prop property; rec received; rm room; rsn reason; sev severity; sex sex; sig signature; sqft square feet; subm submitted
    term termination; tmst timestamp; trn transaction; trm term; vac vacancy; vol volume
    upd updated; usr user; usrs users; val value; veh vehicle; vend vendor; vis visit; whse warehouse; wt weight
    yr year; zip zip
    """.replace("\n", ";").split(";")
    if line.strip()
    for abbreviation, words in (line.strip().split(" ", 1),)
}

_SAYING_NO_MORE = frozenset({"code", "name", "text", "label", "value"})


@lru_cache(maxsize=50_000)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a table's or column's name, written out: ("appointment", "dt") for appt_dt."""
    return tuple(word for part in parts_of(name) for word in _WORDS.get(part) or (written_out(part) or part,))


@lru_cache(maxsize=50_000)
def head_word(name: str) -> str:
    """The word that says what a column holds: "status" of claim_sts_cd, "city" of city_name."""
    words = name_words(name)
    while len(words) > 1 and words[-1] in _SAYING_NO_MORE:
        words = words[:-1]
    return words[-1]
