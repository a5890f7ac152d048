"""Words that may mean the same. Data.

They count where no table or column is called so, or by what always means it (`synonyms`), and only where they fit one.
"""

from datavalut.planning.offline.synonyms import words

LOOSE_TABLE_SYNONYMS: tuple[frozenset[str], ...] = tuple(
    words(line)
    for line in """
    vehicle car automobile
    truck lorry
    booking reservation
    trip ride journey
    stay booking reservation
    guest visitor
    passenger traveler traveller flyer
    aircraft plane airplane
    employee associate colleague teammember staffmember
    agent representative rep salesrep salesperson
    trainer coach instructor
    teacher tutor lecturer professor educator instructor
    course class
    session class lesson
    pupil learner
    apartment flat
    property listing home house
    tenant renter lodger
    landlord host
    lease tenancy
    ticket issue case
    article post story
    comment reply
    song track tune
    artist musician singer performer band
    event show gig
    author writer
    member patron
    loan checkout borrowing
    show series
    dish meal menuitem
    waiter server
    shipment delivery parcel package consignment
    warehouse depot storehouse
    doctor provider clinician practitioner
    medication drug medicine
    diagnosis condition disease illness
    procedure treatment
    appointment encounter consultation
    vaccination shot immunization jab
    user member
    person user member account individual
    company business enterprise corporation employer
    review rating feedback testimonial
    fee charge
    fine penalty
    coupon voucher promocode
    cart basket
    inventory stock
    product item good listing
    seller merchant vendor retailer
    courier rider deliverer
    restaurant eatery
    section class
    baggage luggage bag
    donor supporter
    term semester
    airport aerodrome
    branch office outlet
    store branch outlet
    city town
    country nation
    station stop
    venue location place
    attendee participant
    donation gift contribution
    donor giver contributor
    campaign fundraiser
    candidate applicant
    job vacancy opening position posting
    policyholder customer client insured
    adjuster assessor
    device machine
    reading measurement
    alert alarm warning
    pet animal
    vet veterinarian
    player athlete
    team squad
    match game fixture
    stadium arena
    artwork painting
    exhibition exhibit
    message mail
    conversation thread chat
    deal opportunity
    lead prospect
    quote quotation
    contract agreement
    checkin visit
    complaint grievance
    survey questionnaire
    membership subscription
    repository repo
    deployment release
    incident outage
    staff crew
    owner proprietor
    """.strip().splitlines()
)

# What the rows of a table may be called, too, though nobody calls those of the other so: each table by its last word.
CALLED_TOO: dict[str, frozenset[str]] = {
    table.strip(): words(said)
    for table, said in (
        line.split(":")
        for line in """
    seller: shop store
    merchant: shop store
    vendor: shop store
    customer: member user
    buyer: member user
    client: member user
    shopper: member user
    subscriber: member user customer
    listener: user member
    patron: member user
    """.strip().splitlines()
    )
}

# Values of kinds that say the same.
SAME_KINDS: tuple[frozenset[str], ...] = tuple(
    frozenset(entry.strip() for entry in line.split(","))
    for line in """
    voice, call, voice call, phone call
    sms, text, text message, short message
    mms, picture message, multimedia message
    hardcover, hardback
    ebook, e-book, electronic book
    audiobook, talking book
    child, kid
    senior, pensioner, senior citizen
    motorcycle, motorbike
    sedan, saloon
    truck, lorry
    apartment, flat
    x-ray, radiograph
    mri, mri scan
    surgery, operation
    physiotherapy, physical therapy
    vaccination, immunization, jab
    """.strip().splitlines()
)

LOOSE_COLUMN_SYNONYMS: tuple[frozenset[str], ...] = tuple(
    words(line)
    for line in """
    phone phonenumber mobile mobilenumber cellphone telephone contactnumber
    salary pay wage income compensation
    price cost fee rate charge
    comment note remark feedback
    manager supervisor boss
    job position role jobtitle occupation profession title
    kind type category class sort
    seat place spot capacity
    length duration
    weight mass
    pool swimmingpool
    parking carpark parkinglot parkingspace
    wifi internet wlan
    ac aircon airconditioning airconditioner
    elevator lift
    garden yard
    revenue income earning turnover
    employer company
    color colour
    maker make manufacturer brand
    expirydate expirationdate expiry expiration expiredate validuntil validto validthrough
    startdate begindate start
    enddate end
    website homepage url site
    address street streetaddress
    tag label
    insurance insurer insuranceprovider insurancecompany insurancecarrier insuranceplan healthinsurance
    nickname alias
    mileage odometer odo odokm odometerkm odometerreading mileagekm
    """.strip().splitlines()
)
