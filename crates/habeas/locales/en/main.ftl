# The frame
nav = Main
nav-home = Overview
nav-sources = Sources
nav-cases = Case files
nav-stats = Statistics
nav-audit = Audit
skip = Skip to content
damaged = Files of this vault are damaged. What stands without them is shown, figures may be too low, and nothing can be recorded. Keep the folder as it is; «habeas verify» names the places.
demo = Demonstration data. Every person, place and event here is invented.
local-only = On this computer only
theme = Light or dark
shortcuts = Keyboard shortcuts
lock = Lock
keys-lead = Keys work outside of fields, and only while no other key is held.
keys-on = Single-key shortcuts on
key-search = Search
close = Close
back-home = To the overview
pages = Pages
first-page = From the beginning
next-page = Next page

# The way in
enter-title = Open the pages
enter-lead = The address that was printed in the terminal lets one browser in, once, for a minute.
enter-token = The part of the address after #
enter-go = Open
enter-refused = This address no longer works. Ask for a new one below.
enter-printed = A new address was printed in the terminal.
enter-wait = An address was printed a moment ago. Look there, or wait a few seconds.
enter-again-lead = Is the address used up or older than a minute?
enter-again = Print a new address in the terminal
enter-onward = Go to the overview

# The lock
unlock-title = The vault is locked
unlock-lead = Nothing of it can be read here until somebody opens it with their passphrase.
unlock-passphrase = Passphrase
unlock-go = Open the vault
unlock-wrong = That does not open the vault.
unlock-wait = { $n ->
    [one] Wait { $n } second, then try again.
   *[other] Wait { $n } seconds, then try again.
}
unlock-elsewhere = It is open in another browser on this computer. Lock it there, then you can open it here.
lock-there = Lock it there
unlock-already = The vault is open

# Who may do what
role-reader = Reader of tables
role-coder = Coder
role-reviewer = Reviewer
role-publisher = Publisher
role-keeper = Keeper
role-auditor = Auditor
right-tables = Your role does not include tables, estimates and charts.
right-cases = Your role does not include case files, records, sources and search.
right-code = Your role does not include sources, imports and claims.
right-judge = Your role does not include decisions on pairs, linkage and estimates.
right-publish = Your role does not include publications.
right-keep = Your role does not include members, erasure, recovery and travel.
right-audit = Your role does not include the audit.
right-copy = Your role does not include sync, backup and checkpoints.
denied-who = Roles that include it

# Audit
audit-times = × { $n }
audit-lead = { $n ->
    [one] { $n } entry says who did what in this vault; the newest come first.
   *[other] { $n } entries say who did what in this vault; the newest come first.
}
audit-empty = Nothing was recorded yet.
audit-day = Day
audit-who = Who
audit-what = What was done

# Errors
err-what = What
err-where = Where
err-do = What to do
err-state = State of things
err-nothing-changed = Nothing was changed.
err-not-found = There is nothing at this address
rec-not-found = Look in the case files or sources, or go to the overview.
err-parameter = The address holds a value that this page does not know
rec-parameter = Go back and use the links and fields of the page.
err-denied = This page is not for your role
rec-denied = A keeper can give you another role. On the command line habeas user list names the keepers.
err-vault = The vault could not be read
rec-vault = Run habeas verify.
err-bug = The program failed at this page
rec-bug = This is our fault, not yours. Please report it with the address of the page, not with what it shows.

# Overview
home-lead = What this vault holds, and what waits.
home-empty = This vault holds no source yet. Import a list of persons to begin.
home-documented = { $records ->
    [one] { $records } record
   *[other] { $records } records
} from { $sources ->
    [one] { $sources } source
   *[other] { $sources } sources
}
waiting = What waits
nothing-waits = Nothing waits.
unlinked-n = { $n ->
    [one] { $n } record came in after the last linkage and counts as a person of its own
   *[other] { $n } records came in after the last linkage and count as persons of their own
}
unlinked-do = Find out whom they speak of:
contradicted-n = { $n ->
    [one] { $n } case file holds accounts that contradict each other
   *[other] { $n } case files hold accounts that contradict each other
}
contradicted-do = They stay side by side. Nothing is decided by the program.
no-estimate-yet = How many people are on no list has not been estimated.
run-estimate = Estimate with:

# Sources
sources-lead = What was read, from whom, and the mark by which the file can be recognised.
sources-none = There is no source yet.
source = Source
sources = Sources
kind = Kind
kind-list = List
kind-article = Article
kind-testimony = Testimony
kind-statement = Statement
kept-by = Kept by
edition = Edition
records = Records
file = File
file-hash = SHA-256
compiled-from = Compiled from
rows = Rows
row = row
mention = mention
mentions = Persons in this text
bytes = bytes
text = text
rows-lead = Every row as it was read, in the words of the source. The number opens the row with what was understood.
rows-none = No row of this source was accepted.
text-lead = The text as it was read. Marked words carry claims; a mark opens them.
record = Record
record-lead = Every cell letter by letter, and what was read from it. Any number leads back to here.
record-before = Previous
record-after = Next
cell = Cell
words-as-written = As written
read-as = Read as
nothing-read = nothing read from it
empty-cell = empty
case-file = Case file
open-case = Open the case file
speaker-list-keeper = keeper of a list
speaker-witness = witness
speaker-relative = relative
speaker-official = official
speaker-press = press
speaker-organisation = organisation
speaker-unnamed = not named
relayed-by = relayed by

# Case files
cases-lead = One file for each person, with all that the sources say. Search finds other spellings too.
cases-n = { $n ->
    [one] { $n } case file
   *[other] { $n } case files
}
cases-none = There is no case file yet.
cases-none-found = No case file fits. Try fewer words, or another spelling.
search = Search
search-words = Name, father’s name, place
status = Status
any = any
year = Year
place = Place
name = Name
taken = Taken
search-from = from
search-to = to
search-within = in a place and all within it
narrow-by = Narrow down
facets-conflict = Contradictions
facets-more = { $n ->
    [one] and one more
   *[other] and { $n } more
}
cases-of-person-n = { $n ->
    [one] { $n } case
   *[other] { $n } cases
}
cases-of-person = Cases of this person
case-undecided = of which case cannot be told
only-contradicted = only with contradictions
show-all = Show all
records-n = { $n ->
    [one] { $n } record
   *[other] { $n } records
}
contradictions-n = { $n ->
    [one] { $n } contradiction
   *[other] { $n } contradictions
}
name-not-stated = Name not stated
not-stated = not stated
disputed = disputed
print = Print case file
accounts = What the sources say
accounts-lead = Each column is one record, in its own words. The same letter means the same reading.
only-differing = Show only where they differ
show-all-questions = Show all questions
question = Question
agreement = How they stand
silent = says nothing
readings-n = { $n ->
    [one] { $n } reading
   *[other] { $n } readings
}
agreement-one-account = One account
agreement-same = The same
agreement-compatible = Can all be true
agreement-differs = Differ in words
agreement-contradicts = Contradict
agreement-not-compared = Not compared
timeline = What happened, and when
no-date-given = no date given
dates-n = { $n } dates given
passages = The passages themselves
passages-lead = The words as written. Of a row, cells that differ from another source are marked; of a text, all that is claimed.
about-file = About this file
identity = Names on record
why-one-person = These records were linked as one person, by the linkage or by a reviewer. Each bit doubles the odds.
bits = bits of evidence
decided-by = decided by
one-record = Only one record speaks of this person.
custody = Where the records come from
or = or
to = to
about = about

# Questions
q-list-number = Number on the list
q-name = Name
q-alias = Other name
q-father-name = Father’s name
q-mother-name = Mother’s name
q-mother-family-name = Mother’s surname
q-married-name = Married name
q-sex = Sex
q-birth-date = Date of birth
q-birth-place = Place of birth
q-age = Age
q-residence = Residence
q-nationality = Nationality
q-occupation = Occupation
q-post = Office or role
q-identity-document = Identity document
q-fate = Fate
q-whereabouts = Whereabouts
q-acknowledgement = What the authorities say
q-register = State in a register
q-remarks = Remarks
q-ed-deprivation = Deprived of liberty
q-ed-state = By the State or with its acquiescence
q-ed-concealment = Refused to acknowledge, or concealed
q-attribute = Other column
event-taken = Taken
event-last-seen = Last seen
event-held-at = Held
event-produced-in-court = Produced in court
event-released = Released
event-killed = Killed
event-found-dead = Found dead
event-identified = Remains identified
event-reported = Reported
event-remanded = Remanded
event-escaped = Escaped
aspect-date = when
aspect-place = where
aspect-perpetrator = by whom

# Values
polarity-denies = denies
polarity-cannot-confirm = cannot confirm
polarity-retracts = retracts
modality-alleged = alleged
modality-hedged = hedged
modality-claims-responsibility = claims responsibility
modality-opinion = opinion
modality-demand = demand
modality-official-version = official version
modality-inferred-by-us = inferred by us
label-found-dead = Found dead
label-reported-dead = Reported dead
label-killed-in-reported-encounter = Killed in a reported encounter
label-unidentified-remains-possible-match = Unidentified remains, possible match
label-in-acknowledged-custody = In acknowledged custody
label-reported-in-custody = Reported in custody
label-released = Released
label-duplicate = Duplicate
label-not-a-disappearance = Not a disappearance
label-insufficient-information = Insufficient information
label-remanded = Remanded
label-produced-in-court = Produced in court
label-escaped = Escaped
label-returned-home = Returned home
label-reported-alive = Reported alive
label-missing = Missing
sex-female = female
sex-male = male
sex-other = another word
fate-unknown = not known
fate-alive-reported = said to be alive
fate-alive-confirmed = seen or heard alive
fate-dead-reported = said to be dead
fate-dead-identified = remains identified
fate-dead-match-proposed = remains that may match
whereabouts-unknown = not known
whereabouts-secret-custody-alleged = secret custody alleged
whereabouts-custody-police = in police custody
whereabouts-custody-prison = in prison
whereabouts-custody-internment = in an internment centre
whereabouts-custody-military = in military custody
whereabouts-custody-kind-open = in custody
whereabouts-home = at home
whereabouts-free-elsewhere = free, elsewhere
whereabouts-abroad = abroad
whereabouts-remains = place of the remains known
ack-none = no answer known
ack-silent = asked and silent
ack-denied = custody denied
ack-custody-admitted = custody admitted
ack-death-admitted = death admitted
ack-encounter-claimed = an encounter claimed
ack-never-held-claimed = said never to have been held
ack-voluntary-absence-claimed = said to be absent of their own will
register-reported = reported
register-registered = registered
register-transmitted = transmitted to the government
register-under-inquiry = under inquiry
register-traced = written off as traced
register-clarified-by-state = clarified by the state
register-clarified-by-source = clarified by the source
register-closed = closed
register-discontinued = discontinued
register-withdrawn = withdrawn
register-deleted-incomplete = deleted as incomplete
register-deleted-not-ed = deleted as not an enforced disappearance
register-deleted-duplicate = deleted as a duplicate
precision-day = exact day
precision-week = a few days
precision-fortnight = about half a month
precision-month = month only
precision-season = a few months
precision-year = year only
precision-decade = decade only
precision-century = century only
precision-open = open end
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

# Statistics
stats-title = Statistics
stats-lead = Persons on record, not records. Numbers that are links open the cases behind them.
stats-none = There is nothing to count yet.
documented = Documented
documented-note = persons that at least one source names, from { $records ->
    [one] { $records } record
   *[other] { $records } records
}
persons = Persons
persons-n = { $n ->
    [one] { $n } person
   *[other] { $n } persons
}
share = Share
total = Total
lists = Lists
list = List
known-truth = Known truth
known-truth-note = The true number of persons in this invented country. Only a demonstration knows it.
card-what = What this number is
card-counts = Counts
card-counts-persons = persons that at least one source names; who is released or found stays in
card-one-list = On one list only
card-links = Links
card-all-linked = all records were part of the last linkage
card-policy = Policies
card-way-back = The way back
show-cases-n = { $n ->
    [one] Show the { $n } case
   *[other] Show the { $n } cases
}
year-chart = Documented persons by year
year-sub = The year in which the person was taken, or, where no source says so, last seen, killed or found dead.
year-several = more than one year possible
year-not-stated = year not stated
trend-note = A change from year to year may be a change in documentation, not in events.
show-table = Show as table
published = Published by others
place-title = Documented persons by place
place-sub = The widest place named for the event, in the words of the first source that names one.
more-places-n = { $n } more places
sex-title = Documented persons by sex
sex-sub = As recorded. Where sources differ, both stand.
sex = Sex
overlap-title = Overlap of the lists
overlap-sub = How many persons two lists have in common. Articles and testimonies enumerate nobody and are no lists.
only-here = Only here
on-exactly = Persons by number of lists
number-of-lists = On how many lists
histories = Every combination of lists
disagree-title = How often the lists disagree, by field
disagree-sub = Over the persons that both lists name and for whom both answer. A vague answer contradicts nobody. The question opens the rows behind.
disagree-rows-lead = { $n } of { $all } persons for whom both lists answer. Contradictions come first.
compared = Compared

# Estimates
estimate-title = How many in all, with those on no list
estimated = Estimated total
unlisted = On no list
interval95 = 95% interval
interval95-note = Second figure: 95% credible interval
unlisted-note = the total less those on the lists of the estimate
no-interval = no interval
not-yet-computed = Not yet computed
not-estimable = Not estimable
result-lost = Result lost
verdict-published = The method gives an answer for these lists.
verdict-warnings = The method gives an answer, with warnings.
verdict-refused = No estimate is given for these lists.
why = Why
what-would-help = What would help
warnings = Warnings
estimate-stale = This estimate was made for other lists than those of today. Run it again.
strata-title = Estimated by group
strata-note = Each row is an estimate of its own, given or refused. The total adds their draws; the ends of intervals must never be added.
strata-refused = { $n } of { $of } rows are not estimable. Of them only the documented are in the total, which is too low by all who are missing there.
strata-total = Total
linkage-share = Averaged over { $draws } draws of who is the same person. They make { $percent } % of the variance.
linkage-fixed = With the links as decided:
methods-side-by-side = Methods side by side
sensitivity-title = How far the answer moves with the assumptions
sensitivity-spread = Under the assumptions tried, the total lies between { $low } and { $high }.
assumption-tried = What was changed
changed-to = To
tried-delta = Prior weight of a cell
tried-edge_probability = Prior probability that two lists depend
tried-prior_on_total = Prior on the total
tried-classes = Most latent classes
tried-class_prior = Prior of the classes
tried-cap = Most on no list, as a multiple of the documented
tried-interaction = The interaction that no data can test
tried-entry_p = How unexpected an overlap must be to enter the model
tried-model = Another model that fits about as well
tried-leave_one_list_out = One list left out
tried-smallest_lists_merged = Smallest lists counted as one
tried-other_method = Another method
tried-missed_links = With the links that are probably missing
lower-bound = at least
card-method = Method
card-seen = On the lists of the estimate
card-day = Made on
method-independence = Independence
method-loglinear = Log-linear model
method-stepwise = Stepwise log-linear model
method-bic = Log-linear model by BIC
method-dga = Decomposable graphs, averaged
method-lcmcr = Latent classes
method-chao = Chao’s lower bound
method-nhoi = No highest-order interaction
refusal-too_few_lists = Fewer than three lists name anybody.
refusal-too_few_people = Fewer than five people are documented.
refusal-island = The lists fall into groups that have nobody in common.
refusal-no_overlap = The lists have nobody in common.
refusal-duplicate_list = Two lists name exactly the same persons.
refusal-copied_list = Two lists are nearly the same, and the others hardly know their people.
refusal-dependent_lists = Lists that descend from one another leave fewer than three sources.
refusal-too_many_people = More people are counted than live on Earth.
refusal-mle_absent = The model has no finite answer for these counts.
refusal-not_identifiable = The counts cannot tell the parts of the model apart.
refusal-too_many_lists = There are more lists than the method can take.
refusal-not_converged = The simulation did not settle.
refusal-cap_binds = The data set no upper bound.
refusal-contradicted = The interaction asked for contradicts the lists.
refusal-unbounded = So few are shared that the figure has no upper end.
refusal-methods_disagree = The methods differ by more than ten times.
refusal-linkage_not_estimable = Too much hangs on links that nobody has reviewed.
refusal-no_posterior = The method gives limits, which cannot be added or averaged.
refusal-not_all_strata = The work was stopped before all parts were done.
refusal-settings = The settings make no sense.
warning-unobservable_part = Part that no list can see.
warning-ratio_over_5 = More than five times the documented number.
warning-small_list = A very small list.
warning-partial_coverage = A list covers only part.
warning-copied_list = Two lists are nearly the same.
warning-island = Some lists share nobody with the others.
warning-chao_above_upper = Below a known lower bound.
warning-bimodal = Two answers compete.
warning-mean_depends_on_bound = The mean depends on a bound.
warning-mean_infinite = The mean has no finite value.
warning-empty_cells = Many combinations of lists hold nobody.
warning-graphs_missed = The search may have missed patterns.
warning-prior_dominates = The assumption weighs more than the data.
warning-cap_hits = Draws reached the bound.
warning-bca_extreme_quantile = The interval rests on few draws.
warning-grid_cuts = The range looked at was too short.
warning-model_spread = Similar models differ widely.
warning-heterogeneity_seen = Some persons are recorded much more easily than others.
warning-linkage_share_high = Much of the doubt comes from linkage.
warning-few_linkage_draws = Few draws of the linkage.
warning-few_draws = Few draws were combined.
warning-one_replicate = A single replicate.
warning-approximate_linkage = The linkage was approximated.
warning-refused_draws = Some draws of the linkage were refused.
warning-links_as_decided = Links were taken as decided.
warning-links_missed = Links are missing or wrong, and that moves the figure.
warning-internal_consistency_poor = A check against known lists came out badly.
warning-refused_strata = Some parts were refused.

# What the audit holds
did-device-introduced = introduced the device
did-device-removed = removed the device
did-member-stated = gave a role to
did-member-removed = ended the membership of
did-epoch-begun = began new keys of the compartment
did-granted = let a member open the compartment
did-erased = erased
did-erasure-followed = destroyed the keys that an erasure names
did-retracted = retracted a statement
did-exported = exported in clear
did-backup = made a backup
did-drill = proved a backup by a trial restore
did-restored = restored from a backup
did-recovered = opened by recovery and set a passphrase
did-recovery-tried = tried the way in for a lost passphrase
did-left-for-journey = left behind for a journey
did-contact-looked-up = looked up how to reach whoever agreed
did-source-looked-up = looked up who a source is
did-unlock-failed = found failed tries to unlock
audit-keys = { $n ->
    [one] { $n } key
   *[other] { $n } keys
}
audit-files = { $n ->
    [one] { $n } file
   *[other] { $n } files
}
audit-tries = { $n ->
    [one] { $n } try
   *[other] { $n } tries
}
compartment-general = general
compartment-testimony = testimony
compartment-sources = identities of sources
reason-consent-withdrawn = consent withdrawn
reason-legal-duty = duty by law
reason-safety = safety
reason-mistake = mistake
reason-other = another reason
export-tables = tables
export-case-file = a case file
export-estimate = an estimate
export-proof = one record with its proof
export-judgements = judgements
export-clusters = clusters
export-pairs = pairs

## Incidents, acts, reported figures
topic-handle = Short name
topic-called = Name
topic-category = Kind
topic-method = By what means
topic-when = When
topic-where = Where
topic-length = How long
topic-victim = Victim
topic-perpetrator = By whom
topic-actor = Who
topic-addressee = Addressed to
topic-part-of = Part of
topic-linked = Linked with
topic-member-of = Member of
topic-commands = Commands
topic-speaks-for = Speaks for
topic-same-party = The same party as
topic-derived-from = Made of
topic-cites = Cites
topic-published = Published
topic-first-published = First published
topic-author = Author
topic-publisher = Publisher
topic-count = Figure
topic-trend = Trend
topic-ratio = Percentage
topic-stated-reason = Reason given
topic-coverage-remark = How much is known
topic-term = Term
topic-relation = Relation
topic-post = Post
topic-step = Step
topic-next-step = Next step
topic-context = Context
topic-remark = Remark
topic-review = Review
topic-question = Question
topic-answer = Answer
topic-assigned = Assigned to
topic-resolution = Decision
topic-same = The same as
topic-row-gone = Why its row is gone
topic-added-term = added term
entities = Incidents, acts and parties
entities-lead = What happened, who is said to have done it, and every claim about it with its words.
entities-none = No claims about incidents have been added yet.
entity-incident = Incidents
entity-act = Acts
entity-action = Protests and appeals
entity-proceeding = Proceedings
entity-case = Cases
entity-series = Series of figures
entity-party = Parties
entity-place = Places
claims = Claims
conflicts = Accounts that cannot all be true
belongs-to-it = Belongs to it
ongoing = goes on
does-not-count = does not count
review = Review
review-proposed = proposed
review-conflict = readers disagree
review-work-needed = work needed
review-rejected = turned down
review-superseded = corrected
review-taken-back = taken back by its speaker
review-source-taken-back = its source was taken back
reported-figures = Reported figures
reported-lead = What others state in numbers. None of it is added to the documented counts.
reported-none = No reported figures have been added yet.
checks = Checks
checks-lead = Every figure stays as it was told; a check only says whether the numbers fit each other.
check = Check
check-holds = holds
check-fails = fails by
check-cannot-tell = cannot be told
check-says = It says
check-others = The others make it
check-perhaps = Perhaps
subgroup = Of whom
number = Number
rule-parts = Parts and whole
rule-stock = Received, disposed, pending
rule-flow = Between two totals
rule-cumulative = A total never falls
rule-trend = Every year
rule-compare = Percentage
rule-definition = What is counted
rule-calendar = Dates
hint-received-is-older = the figure received is a month old
hint-disposed-is-older = the figure disposed is a month old
hint-total-taken-for-subgroup = the total was taken for the subgroup
hint-date-of-another-act = the date of another act
hint-wrong-weekday = not the weekday that the words name
hint-revised-since = a text that was revised after it was first published
hint-unexplained = nothing known explains it
measure-killed = killed
measure-injured = injured
measure-casualties = killed or injured
measure-disappeared = disappeared
measure-abducted = abducted
measure-arrested = arrested
measure-released = released
measure-bodies-found = bodies found
measure-bodies-identified = bodies identified
measure-bodies-unidentified = bodies not identified
measure-cases-received = cases received
measure-cases-disposed = cases disposed of
measure-cases-traced = cases traced
measure-cases-deleted = cases deleted
measure-cases-pending = cases pending
measure-testimonies = testimonies
measure-other = other
period = Period
said-by = Said by
# The public site.
site-home = About
site-home-lead = What sources say about people who were taken or killed, who says it, and how many there are.
site-memorial = Memorial
site-memorial-about = those whose families, or who themselves, have agreed to be named.
site-memorial-lead = { $n ->
    [one] One person whose name may be told.
   *[other] { $n } persons whose names may be told.
}
site-memorial-none = Nobody has agreed to be named yet.
site-search = Search a name, in any script
site-search-noscript = The search needs a script; all names stand in the lists below as well.
site-statistics = Statistics
site-statistics-lead = Persons documented by at least one list, counted once each, and estimates of those on no list with what they assume.
site-methods = Methods
site-methods-lead = What each number counts, and what it does not say.
site-downloads = Downloads
site-downloads-lead = The same numbers as files.
site-verify = Check this release
site-verify-lead = Every file has a hash, and the list of hashes is signed. Nobody can change a number here without its showing.
site-verify-signature = With the program, also the signatures; compare the keys with ones that reached you another way:
site-earlier = Earlier releases, with the hash of each manifest
site-release = Release
site-checkpoint = The numbers are of checkpoint
site-who-says = This site takes no side: it says who says what. Where sources differ, both stand.
site-withdrawn = This page was withdrawn
site-withdrawn-lead = It will not come back. Please remove copies of it.
site-father = Father
site-mother = Mother
site-standing = Status
site-forces = Alleged by sources to be responsible
site-district = District
site-age = Age at the event
site-occupation = Occupation
site-account = Account
site-named-by = Named by
site-disputes-note = Where several values stand in one line, sources differ.
site-back = All names
site-documented-note = persons on at least one list
site-refused = No estimate
site-table-year = By year
site-table-place = By place
site-table-sex = By sex
site-table-year-sex = By year and sex
site-table-year-place = By year and place
site-table-place-sex = By place and sex
site-sensitive-sub = Small counts are withheld, and so are others that would give them away.
site-exact-sub = Exact counts: nobody is left out or rounded away.
site-withheld = withheld
site-withheld-note = «Withheld» stands for a small count about a sensitive attribute, or for one that would give such a count away. A nought is never withheld.
site-withheld-title = What is withheld
site-withheld-about = Tables over time and place are exact. In tables with a sensitive attribute, small counts are withheld together with as many others as it takes that nobody can work them out, from this release and all before it. That is proved for each of them by whole tables of other values that fit everything published.
site-consent-title = Who is named
site-consent-about = Nobody is named without consent. Each part of an entry rests on an answer of the person or the family to exactly this part, this audience and this purpose. What is not here was not consented to, or is not known; the two look alike on purpose.
site-recompute-title = How to make a number again
site-recompute-about = Whoever holds the vault can make every number again from the checkpoint named below, to the digit:
site-lists-title = Lists
site-policies-title = How persons are sorted
site-estimates-title = Estimates
site-no-estimate = No estimate is published with this release.
site-input = SHA-256 of the input:
site-question = Question
site-list = List
site-contradict = Contradict
site-differ-words = Differ in words
site-differ = sources differ
site-not-stated = not stated
site-disagree-sub = Over the persons that both lists name and for whom both answer.
site-file-csv = table, as text
site-file-xlsx = all tables as a workbook
site-file-json = all tables for programs
site-file-schema = the form of that file
did-consent-recorded = consent recorded
did-publication-policy-set = policy of publication set
did-release-proposed = release proposed
did-release-approved = release approved
did-release-published = release published
did-release-withdrawn = release withdrawn
did-delivered = copy handed over
export-release = release
export-bundle = a sealed copy of a release
site-other-places = other places
site-table-period-sex = By period and sex
site-period = Period
elements = Elements of an enforced disappearance
stand-affirmed = affirmed
stand-denied = denied
stand-both = affirmed by some, denied by others
stand-not-stated = not stated, which is not denied
qualification-enforced-disappearance = Together: an enforced disappearance, by what these accounts say
qualification-acts-under-article-3 = Together: acts under article 3 of the Convention
qualification-abduction-or-arrest = Together: an abduction or arrest
qualification-none = No deprivation of liberty is affirmed
secret = ‹not shown to your role›
bounds-between = { $low } to { $high }
bounds-or-more = { $n } or more
bounds-nearly = nearly { $n }
bounds-about = about { $n }
bounds-up-to = up to { $n }
site-other-choices = Other choices give
proposed-n = { $n ->
    [one] One claim was proposed by the rules and waits for a reader
   *[other] { $n } claims were proposed by the rules and wait for a reader
}
proposed-do = None of them counts before a person has accepted it:
paper-case = Case file
paper-copy-for = Copy for
paper-asked = Asked
paper-answers = Answers, with who says so and where it stands
paper-accounts = What accounts say
paper-reference = Reference
map-title = Map of places
map-lead = Where persons were taken, by the coordinates that sources state. One mark for all persons of a place; no person has a mark.
map-sub = documented persons by place; the area of a mark is in proportion to persons
map-note = A drawing without borders, made from the data alone. It is for work: no release holds it.
map-elsewhere-n = { $n ->
    [one] { $n } person has no place, or a place without coordinates
   *[other] { $n } persons have no place, or a place without coordinates
 }
map-none = No source states coordinates. Columns of latitude and longitude are read when a list is imported.
map-with-point = with a point stated
map-degrees = latitude, longitude
map-north = N
card-checkpoint = Checkpoint
card-assumption = Assumption
assumed-independence = being on one list says nothing about being on another, and everyone had the same chance per list
assumed-dga = lists depend on one another only in patterns without a closed ring; people within a stratum are alike otherwise
assumed-lcmcr = people fall into a few groups; within a group the lists are independent; every group left enough traces to be seen
assumed-chao = at least; the lists work in a similar way
assumed-loglinear = interactions between lists that the model does not name are zero
assumed-stepwise = interactions that the data do not demand are zero
assumed-bic = interactions that the data do not demand are zero
