# Estimates: what a run says, told from a code and facts. In English it is what the run prints, word for word.

# Pieces of sentences. The options of commands are marked, so that they keep their direction in any language.
told-names = { $before }, { $next }
told-groups = { $before } and { $next }
told-total = { $method } { $total }
told-model =
    { $model ->
        [main_effects] main effects
       *[terms] { $model }
    }
told-falling-apart = The lists fall into groups that do not share a single person: { $islands }.
told-also-on = { $shared } of the { $smaller_size } people on { $smaller } are also on { $larger }.
told-option-without = {"\u2068"}--without{"\u2069"}
told-option-merge = {"\u2068"}--merge{"\u2069"}
told-option-rounds = {"\u2068"}--rounds{"\u2069"}
told-option-walk-steps = {"\u2068"}--walk-steps{"\u2069"}
told-option-linkage-draws = {"\u2068"}--linkage-draws{"\u2069"}

# What the method assumes that has settings of its own
assumed-nhoi =
    { $interaction ->
        [highest_order] the interaction of all lists together is { $xi }, which no data can test
       *[pair] the odds ratio of the pair { $interaction } is { $xi }, which no data can test
    }

# Why there is no figure
refusal-told-too_few_lists = Only { $lists } of the lists hold anyone here ({ $people } people documented). With fewer than three lists nobody can see whether being on one list made people more or less likely to be on another, so any figure for the people on no list would be a guess.
refusal-told-too_few_people = Only { $people } people are documented here. How many are missing is read from the people that lists have in common; with fewer than five in all, one match more or less decides the figure, and what it says comes from the assumptions, not from the lists.
refusal-told-island = { told-falling-apart } How many people are missing from all lists is read from the people that lists have in common; between these groups there are none.
refusal-told-no_overlap = Nobody is on more than one list. How many people are missing from all lists is read from the people that lists have in common; here there are none.
refusal-told-duplicate_list = { $first } and { $second } hold exactly the same { $people } people: one is a copy of the other, not a second witness.
refusal-told-copied_list = { told-also-on } Lists that agree so far descend from one another and are one source, not two. And of the { $others_size } people on { $others } only { $others_shared } are on either of them: the rest hardly overlaps. That leaves fewer than three independent sources, and a figure computed as if there were three would look precise and mean nothing.
refusal-told-dependent_lists = Some lists are declared to descend from one another ({ $groups }). Counted as one source each, { $sources } independent sources remain; at least three are needed.
refusal-told-too_many_people = The table counts { $people } people, more than live on Earth: the counts cannot be right.
refusal-told-too_many_lists = There are { $lists } lists; the method { $method } can handle at most { $limit }.
refusal-told-mle_absent = The model «{ told-model }» has no best fit here: too many of the combinations of lists that it speaks about are empty, and it would fit better and better for ever.
refusal-told-not_identifiable = The model «{ told-model }» asks more of the table than it can tell: very different totals fit it equally well.
refusal-told-unbounded = The figure hangs on so few people in common that, had chance left them out, nothing would keep it finite: there is no upper end.
refusal-told-methods_disagree = Methods that are each acceptable here lie more than a factor of ten apart: { $totals }. These data do not say which is right.
refusal-told-no_posterior = The method { $method } says how many there are and between which limits, but gives no distribution; only distributions can be averaged over links or added up over strata. Limits must not be added.
refusal-told-not_all_strata = Not all strata were reached before the work was stopped.
refusal-told-linkage_not_estimable = In { $refused } of { $draws } draws of who is the same person, the lists cannot carry an estimate (mostly «{ $commonest }»). Leaving those draws out would hide the doubt that they express.
refusal-told-not_converged = The simulation did not settle: chains that started apart did not come together (R-hat { $r_hat }, effective draws { $effective_draws }; at most { $r_hat_needed } and at least { $draws_needed } are needed). They sit at { $levels }.
refusal-told-cap_binds = { $share } % of the draws put the people on no list above { $cap } times those documented: these data do not bound the total from above.
refusal-told-contradicted = The odds ratio asked for cannot be: already among the documented more people are on neither of the two lists than it allows (in { $share } % of the draws).
refusal-told-settings =
    { $problem ->
        [delta] The prior weight per cell (delta) must lie between 0.000001 and 1 000.
        [edge_probability] The prior probability of an edge (beta) must lie between 0 and 1.
        [prior_on_total] The shape of the prior on the total must lie between 0.000001 and 1 000 000 000, and its mean, shape times scale, between 1 and 10 000 000 000.
        [grid] The grid needs at least 2 points and must run upwards, to 1 000 000 000 at most.
        [no_draws] There is no table to average over.
        [terms] A term of the model names something that is not a list of this table.
        [entry_p] The p at which an interaction enters must lie between 0 and 1.
        [order] Interactions hold at least two lists.
        [replicates] The bootstrap needs between 100 and 1 000 000 replicates.
        [classes] The number of classes must lie between 1 and 64.
        [alpha] Shape and rate of the prior of alpha must lie between 0.000001 and 1 000 000.
        [cap] The cap must lie between 1 and 1 000 000 times the number documented.
        [chains] The number of chains or walks must lie between 4 and 64.
        [rounds] The warm-up must have at least 50 rounds, the run at least 150, and neither more than 1 000 000.
        [wanted_ess] The wanted number of effective draws must be at least 400.
        [walk_steps] A walk needs between 4 000 and 100 000 000 steps.
        [xi] The interaction (xi) must lie between 0.001 and 1 000.
        [pair] The pair must name two different lists of this table.
        [draws] The number of draws must lie between 100 and 10 000 000.
        [cells] The probabilities of the combinations of lists do not fit the table.
       *[other] A setting lies outside what the method allows.
    }

# What would help
refusal-help-too_few_lists = Add another source that was collected independently of these; until then report the documented count alone, as «at least».
refusal-help-too_few_people = Use coarser strata (larger areas, longer periods); until then report the documented count alone, as «at least».
refusal-help-island = Review the linkage between the groups for missed matches; leave the isolated lists out ({ told-option-without }); count lists of one kind as one ({ told-option-merge }); or use coarser strata (larger areas, longer periods).
refusal-help-no_overlap = Review the linkage for missed matches, count lists of one kind as one ({ told-option-merge }), or use coarser strata (larger areas, longer periods).
refusal-help-duplicate_list = Leave one of the two out ({ told-option-without }): it adds nothing that the other does not say.
refusal-help-copied_list = Find out how these lists were made. If one was compiled from the other, declare it and count them as one source; review the linkage with { $others } for missed matches; add lists that were collected independently. Until then report the documented count alone, as «at least».
refusal-help-dependent_lists = Add sources that were collected independently of these; until then report the documented count alone, as «at least».
refusal-help-too_many_people = Check the column of counts.
refusal-help-too_many_lists = Count lists of one kind as one ({ told-option-merge }), leave out the smallest ({ told-option-without }), or use a method that takes more: lcmcr and chao take 32.
refusal-help-mle_absent = Use a smaller model with fewer interactions, or coarser strata (larger areas, longer periods).
refusal-help-not_identifiable = { refusal-help-mle_absent }
refusal-help-unbounded = Report Chao's bound as «at least»; review the linkage for missed matches, or use coarser strata (larger areas, longer periods).
refusal-help-methods_disagree = Show all of them and publish none; add a source that overlaps with the others, or use coarser strata (larger areas, longer periods).
refusal-help-no_posterior = Use a method with a distribution, such as dga.
refusal-help-not_all_strata = Run it again and let it finish.
refusal-help-linkage_not_estimable = Review the doubtful links first: every decision there removes doubt here.
refusal-help-not_converged = Allow more rounds ({ told-option-rounds }, { told-option-walk-steps }); report the levels at which the chains sit side by side, or use dga; review lists with very few people, which often make such modes.
refusal-help-cap_binds = Report Chao's bound as «at least»; add a source that overlaps with the others.
refusal-help-contradicted = Ask for a larger odds ratio, or for the highest-order interaction.
refusal-help-settings = Correct the settings and run again.

# What must stand beside a figure
warning-told-unobservable_part = The figure is about people who had a real chance of being recorded by someone. Those whom nobody could have recorded are not in it, and these data cannot show how many they are.
warning-told-ratio_over_5 = The total is { $ratio } times the number documented: most of it rests on the method, not on records.
warning-told-small_list = { $list } holds only { $people } people here; what it says about overlap is fragile.
warning-told-partial_coverage = { $list } has { $here } people in «{ $stratum }», where { $expected } would be expected. Either it could not have recorded them, and its silence is no evidence; or it is the list that says what divides the strata, and then people are in the other strata because it recorded them: figures there, and the total, are too low.
warning-told-copied_list = { told-also-on } If one was compiled from the other they are one source: declare it.
warning-told-island = { told-falling-apart } The model ties them together by assumption alone.
warning-told-bca_extreme_quantile = A limit of the interval was read so far out in the bootstrap distribution (at { $probability }) that { $replicates } replicates are too few to place it well.
warning-told-grid_cuts = The grid that was asked for begins or ends where there is still weight ({ $low } % at its first point, { $high } % in its last hundredth): totals beyond it were left out. Leave the grid to the method, or make it longer.
warning-told-model_spread = Models that fit about equally well say anything from { $low } to { $high }: the choice among them is part of the doubt.
warning-told-internal_consistency_poor = When the size of a list is estimated from the other lists, only { $covered } of { $tried } intervals hold the size that is known. What fails on known numbers may fail on the unknown one.
warning-told-refused_strata = { $refused } of { $strata } strata cannot be estimated; of them only the { $people } people documented are in the total, so that it is too low by all who are missing there.
warning-told-chao_above_upper = Chao's lower bound, { $bound }, lies above the upper end of the interval: the figure is probably too low.
warning-told-bimodal = The data fit two stories about equally well, one near { $low } and one near { $high }; a single interval hides that.
warning-told-mean_depends_on_bound = The mean has no finite value ({ $share } % of the weight lies on models without one) and depends on the upper end of the grid, { $bound }; use the median.
warning-told-mean_infinite = The mean has no finite value, because nobody stands on a combination of lists by which others are divided; use the median.
warning-told-cap_hits = { $share } % of the draws put the people on no list above { $cap } times those documented and were left out: the upper end hangs on that cap.
warning-told-empty_cells = { $share } % of the combinations of lists hold nobody; what is assumed about them decides the figure.
warning-told-graphs_missed = Patterns of dependence with { $share } % of the weight were found by a single one of several searches; as much may have been missed by all.
warning-told-prior_dominates = { $share } % of the weight lies on the model in which the data say nothing about the people on no list; there the prior speaks.
warning-told-heterogeneity_seen = Every pair of lists has more people in common than chance would give: some people were much easier to record than others, and such figures tend to be too low.
warning-told-linkage_share_high = { $share } % of the uncertainty comes from doubt about which records are the same person: review links first.
warning-told-few_linkage_draws = Only { $draws } draws of the linkage were used; at least 100 are needed for stable limits.
warning-told-few_draws = Only { $draws } draws were combined; with fewer than 1 000 the ends of the 95 % interval hang on a few of them.
warning-told-one_replicate = There is a single replicate: what other versions of the data would say is not in the interval.
warning-told-approximate_linkage = The draws of who is the same person are approximate: the doubt about links is only roughly included.
warning-told-links_as_decided = Which records are the same person was taken as decided once; doubt about links is not in the interval. With { told-option-linkage-draws } it is.
warning-told-links_missed =
    { $direction ->
        [missed] By the linkage's own reckoning { $share } % of the pairs of records that are one person are not linked, wrong links already set against them. Such a person is counted twice and seems known to fewer lists, so the figure is too high: with these links it would be lower, down to about { $total }.
       *[wrong] By the linkage's own reckoning more links are wrong than are missed, by { $share } % of the pairs of records that are one person, so the figure is too low: without them it would be higher, up to about { $total }.
    }
warning-told-refused_draws = In { $refused } of { $draws } draws of the linkage no estimate was possible; they are not in the figure.
