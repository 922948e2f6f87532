# The first page
start-title = Begin
start-lead = There is no vault here yet. A vault is one sealed folder on this computer; nothing leaves it unless you send it.
start-make = Make a vault
start-folder = Folder on this computer
start-name = What the vault is called, such as the name of your organisation
start-me = Your name, as members will see it
start-proposal = A good passphrase, made just now for you. Take it, or a sentence that only you know:
start-again = The same again
start-make-go = Make the vault
start-differ = The two passphrases differ
start-differ-do = Type both again. Nothing was made.
start-open = Open a vault that is there
start-demo = Look at the demonstration
start-demo-lead = A vault of invented people in an invented country, with a known truth, linked and estimated. It takes a minute at most.
start-demo-go = Make the demonstration
start-made = The vault is made
start-words-lead = Write these 24 words on paper, in their order. They open the vault on the day on which the passphrase is lost. They are shown once.
start-words-where = Keep the paper in another house. Whoever has it opens everything. Try it once: «habeas recovery open».
start-words-done = The words are on paper
step-lists = Add your lists
step-lists-note = Spreadsheets or CSV files, one for each organisation that keeps one. You see how each row is understood before anything is written.
step-link = Link them
step-link-note = Which records speak of the same person. You review the pairs that are in doubt.
step-team = Name who else works here
step-team-note = Each has a passphrase and a role of their own, and every decision has its author.

# Team
nav-team = Team
team-lead = Who takes part, what they may do, and what protects all of it.
team-members = Members
team-name = Name
team-role = Role
team-since = Since
team-compartments = May open
team-removed = no longer
team-change-role = Change the role
team-invite = Add a member
team-invite-lead = For somebody who works at this computer. Their passphrase is made now and shown once.
team-elsewhere = For another computer:
team-passphrase = Their passphrase:
team-passphrase-once = It is shown once and kept nowhere. They change it with:
team-devices = Devices
team-checkpoint = Checkpoint
team-checkpoint-lead = Read these digits to a partner over the telephone. If nobody has rewritten anything, they see the same.
team-entries = { $n ->
    [one] { $n } entry
   *[other] { $n } entries
}
team-no-checkpoint = No checkpoint was made on this device yet.
team-checkpoint-make = Make a checkpoint now
team-backup = Backup
team-backup-lead = A sealed copy in another folder, such as on a disk that is kept elsewhere. Every byte is read back.
team-backup-go = Copy
team-drill = A backup is one when it was restored:
job-backup = Backup
job-next-backup = Back to the team
network-sealed = Sealed, also for other computers

# Doctor
doctor-title = What protects this vault
doctor-lead = Which protections hold on this computer, and when the vault was last copied and tried.
doctor-worker = The process that reads foreign spreadsheets
doctor-holds = Holds
doctor-holds-not = Does not hold
doctor-unknown = This system does not tell
doctor-more = About the folder says more:
shares-title = Shares for several people
shares-why = Give each share to another person. So many of them together open the vault on the day on which nobody else can; fewer tell nothing.
shares-needed = Needed to open
shares-number = Shares
shares-make = Make shares
shares-lead = { $k } of these { $n } shares together open everything; fewer tell nothing.
shares-once = They are shown once and written to no disk. Print them, cut them apart, give each to another person by another way. Then try once with the holders: «habeas shares open».
share-of = Share { $i } of { $n }
share-note = Keep this paper secret and safe. { $k } of { $n } such papers together open the vault.
shares-done = The shares are on paper
