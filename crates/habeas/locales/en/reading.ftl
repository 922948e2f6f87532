# As things stood
earlier-field = As known on a past day
earlier-day = Day
earlier-day-unknown = day not known here
earlier-show = Show
earlier-all = Choose a checkpoint
earlier-title = As known on
earlier-lead = Each checkpoint seals what was recorded until then. Choose one to see case files and figures as they stood, to the digit. What was erased since stays erased.
earlier-n = { $n } { $n ->
    [one] checkpoint
   *[other] checkpoints
 }, the newest first. A day on the page that you came from finds older ones.
earlier-none = There is no checkpoint yet. One is made for each day on which somebody worked, when the vault is next unlocked; «Team» makes one now.
earlier-made = Made on
earlier-entries = Entries
earlier-shows = Shows what was known on
earlier-now = Show how things stand now
earlier-not-read = How things stood then has to be read first. That takes about as long as opening the vault for the first time, and others can work meanwhile. One such state is kept while somebody looks at it, for a quarter of an hour at most afterwards.
earlier-read = Read it now
earlier-runs = How things stood then is being read.
earlier-look-again = Look again
job-look-back = How things stood
job-next-look-back = Show how things stood

# Saved searches
searches-saved = Saved searches
searches-save = Save this search
searches-name = Name
searches-save-go = Save
searches-forget = Throw away
searches-note = For yourself alone: sealed in the vault on this computer. Thrown away, it is gone.

# Estimates by year
year-estimates-note = Line and bands: the newest estimate by year. Each year stands by itself; where it was refused there is a gap, and the table says why.
estimate-by = One estimate for
by-whole = all together
stage-strata = Estimating, one after the other
year-legend = Bars: documented. ± more than one year possible, ? year not stated.
year-legend-estimated = Bars: documented. Line: estimated total; dark band 50 %, light band 95 %. ± more than one year possible, ? year not stated.
