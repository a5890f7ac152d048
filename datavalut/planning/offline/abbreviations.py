"""The words behind the abbreviations in names of tables and columns. Data.

Only names are read so: in a sentence "no" is no number and "cat" no category. What stands for several words in
different databases ("inv", "doc", "std") is left out.
"""

from functools import lru_cache

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
    upd updated; usr user; usrs users; val value; veh vehicle; vend vendor; vis visit; whse warehouse; wt weight
    yr year; zip zip
    """.replace("\n", ";").split(";")
    if line.strip()
    for abbreviation, words in (line.strip().split(" ", 1),)
}


@lru_cache(maxsize=50_000)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a table's or column's name, written out: ("appointment", "dt") for appt_dt."""
    return tuple(word for part in parts_of(name) for word in _WORDS.get(part, (part,)))
