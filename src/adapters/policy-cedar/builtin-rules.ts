/**
 * The rules that every run is under. Rules marked @locked cannot be disabled by any bundle.
 * The sandbox is the wall: without a network grant nothing leaves it, and the snapshot undoes the rest. So what is destructive
 * only inside it is allowed however it looks; what is denied is what no task needs, and what is asked reaches outside.
 */
export const builtinRules = `
// ---- files ----
@id("outside-repository") @locked("true")
@reason("{paths} is outside the repository. Use a path relative to its root; for scratch files use /tmp in shell.")
forbid (principal, action in [Writ::Action::"path.read", Writ::Action::"path.write"], resource) when { resource.outside };

@id("git-directory") @locked("true")
@reason("{paths} belongs to git, which only the harness writes. Change the working files; they are committed for you.")
forbid (principal, action == Writ::Action::"path.write", resource)
when { resource.path == ".git" || resource.path like ".git/*" || resource.path like "*/.git" || resource.path like "*/.git/*" };

@id("writ-directory") @locked("true")
@reason("{paths} is what people set Writ up with. Say in finish what should change there.")
forbid (principal, action == Writ::Action::"path.write", resource) when { resource.path == ".writ" || resource.path like ".writ/*" };

@id("secret-files") @locked("true")
@reason("{paths} holds secrets, which no tool reads or writes. Go on without it, and say in finish what a person should set there.")
forbid (principal, action in [Writ::Action::"path.read", Writ::Action::"path.write"], resource) when { resource.secret };

@id("outside-scope") @locked("true")
@reason("{paths} is outside the scope of the contract ({scope}). Make the change within it, or say in finish what should change there.")
forbid (principal, action == Writ::Action::"path.write", resource) when { resource.outsideScope };

@id("pinned-file") @locked("true")
@reason("{paths} is pinned: the acceptance checks depend on it. Mend the code, not the check; put new tests in a new file; say in finish what should change here.")
forbid (principal, action == Writ::Action::"path.write", resource) when { resource.pinned };

@id("guarded-file") @locked("true")
@reason("{paths} is a file that test runners pick up, and is removed or restored before the proof. Put new tests in a new file; say in finish what should change here.")
forbid (principal, action == Writ::Action::"path.write", resource) when { resource.guarded };

// ---- shields: never ----
@id("shield-secret-out") @locked("true")
@reason("{command} would send secrets away. Nothing that holds secrets leaves; use a placeholder, and say in finish what a person should do.")
forbid (principal, action == Writ::Action::"exec", resource) when { resource.kinds.contains("secret-out") };

@id("shield-secret-read") @locked("true")
@reason("{command} reads what holds secrets. Go on without it, and say in finish what a person should look up there.")
forbid (principal, action == Writ::Action::"exec", resource) when { resource.kinds.contains("secret-read") };

@id("shield-tamper") @locked("true")
@reason("{command} changes what judges or records the work (git's own folder, hooks, Writ's settings, approvals). Change the working files; the harness commits, checks and asks.")
forbid (principal, action == Writ::Action::"exec", resource) when { resource.kinds.contains("tamper") };

@id("shield-disk") @locked("true")
@reason("{command} destroys or fills a disk. Remove or write the files that you mean, inside the repository or /tmp.")
forbid (principal, action == Writ::Action::"exec", resource) when { resource.kinds.contains("disk-destruction") };

@id("shield-process-bomb") @locked("true")
@reason("{command} would start or end processes without bound. Start the program that you need, in the background if it is long, and stop it by its id.")
forbid (principal, action == Writ::Action::"exec", resource) when { resource.kinds.contains("process-bomb") };

@id("shield-delete-outside")
@reason("{command} deletes or changes whole folders outside the repository. Inside it, rm -r is allowed and can be undone; scratch files belong below /tmp.")
forbid (principal, action == Writ::Action::"exec", resource)
when { resource.writesOutside && (resource.kinds.contains("recursive-delete") || resource.kinds.contains("permission-change") || resource.kinds.contains("mass-edit")) };

@id("shield-dns")
@reason("{command} looks up names made of data, a known way to leak it. Ask for the host that the contract grants, by its plain name.")
forbid (principal, action == Writ::Action::"exec", resource) when { context.network && resource.kinds.contains("dns") };

// ---- what reaches outside: a person ----
@id("ask-publish") @answer("ask")
@reason("{command} publishes to others, which cannot be taken back.")
forbid (principal, action == Writ::Action::"exec", resource) when { context.network && resource.kinds.contains("publish") };

@id("ask-deploy") @answer("ask")
@reason("{command} changes what runs elsewhere.")
forbid (principal, action == Writ::Action::"exec", resource) when { context.network && resource.kinds.contains("deploy") };

@id("ask-force-push") @answer("ask")
@reason("{command} rewrites or removes history that others have.")
forbid (principal, action == Writ::Action::"exec", resource) when { context.network && resource.kinds.contains("force-push") };

@id("ask-upload") @answer("ask")
@reason("{command} sends data to another host.")
forbid (principal, action == Writ::Action::"exec", resource) when { context.network && resource.kinds.contains("upload") };

@id("ask-message") @answer("ask")
@reason("{command} writes to people.")
forbid (principal, action == Writ::Action::"exec", resource) when { context.network && resource.kinds.contains("message") };

@id("ask-remote-shell") @answer("ask")
@reason("{command} runs something on another machine, outside of every protection here.")
forbid (principal, action == Writ::Action::"exec", resource) when { context.network && resource.kinds.contains("remote-shell") };

@id("ask-database") @answer("ask")
@reason("{command} removes data from a database.")
forbid (principal, action == Writ::Action::"exec", resource) when { context.network && resource.kinds.contains("database-drop") };

@id("ask-registry") @answer("ask")
@reason("{command} changes what a package registry holds or who may.")
forbid (principal, action == Writ::Action::"exec", resource) when { context.network && resource.kinds.contains("registry") };

@id("irreversible-effect") @answer("ask") @locked("true")
@reason("{tool} would do what cannot be undone, so a person has to approve it. Leave it out if the goal does not need it, and say so in finish.")
forbid (principal, action in Writ::Action::"effect:irreversible", resource);

@id("undecidable") @answer("ask")
@reason("{command} cannot be understood before it runs. Write the programs and their arguments out.")
forbid (principal, action == Writ::Action::"exec", resource) when { !resource.known } unless { context.autonomy >= 3 && !context.network };

// ---- caps ----
@id("call-rate")
@reason("{tool} was called too often within a minute. Wait, or do more with one call.")
forbid (principal, action, resource is Writ::Call) when { context.callsInMinute >= 600 };

@id("call-total")
@reason("{tool} was called too often in this run. Finish, and say what is left.")
forbid (principal, action, resource is Writ::Call) when { context.callsInRun >= 20000 };

@id("delegation-depth")
@reason("Specialists are started at most two deep. Do it yourself.")
forbid (principal, action == Writ::Action::"delegate", resource) when { context.depth >= 2 };

@id("delegation-fan-out")
@reason("At most eight specialists work at once. Wait for one to end.")
forbid (principal, action == Writ::Action::"delegate", resource) when { context.fanOut >= 8 };

@id("host-not-granted") @locked("true")
@reason("{host} is not granted by the contract.")
forbid (principal, action == Writ::Action::"connect", resource) unless { resource.granted };

// ---- checkpoints ----
@id("checkpoint-wanted") @answer("ask") @locked("true")
@reason("the contract asks for a checkpoint here")
forbid (principal, action == Writ::Action::"integrate", resource) when { resource.wanted };

@id("checkpoint-risk") @answer("ask")
@reason("the task is marked as risky")
forbid (principal, action == Writ::Action::"integrate", resource) when { resource.risk == "high" };

@id("checkpoint-dependencies") @answer("ask")
@reason("it changes dependencies")
forbid (principal, action == Writ::Action::"integrate", resource) when { resource.kinds.contains("dependencies") } unless { context.autonomy >= 3 };

@id("checkpoint-schema") @answer("ask")
@reason("it changes a schema or a migration")
forbid (principal, action == Writ::Action::"integrate", resource) when { resource.kinds.contains("schema") };

@id("checkpoint-ci") @answer("ask")
@reason("it changes what CI or a hook runs")
forbid (principal, action == Writ::Action::"integrate", resource) when { resource.kinds.contains("ci") };

@id("checkpoint-policy") @answer("ask")
@reason("it changes policy, owners or instructions")
forbid (principal, action == Writ::Action::"integrate", resource) when { resource.kinds.contains("policy") };

@id("checkpoint-checks") @answer("ask")
@reason("it changes the configuration of checks")
forbid (principal, action == Writ::Action::"integrate", resource) when { resource.kinds.contains("checks") };

@id("checkpoint-confidence") @answer("ask")
@reason("the solver itself is not sure of it")
forbid (principal, action == Writ::Action::"integrate", resource) when { resource.confidence < 9223372036854775801 } unless { context.autonomy >= 3 };

// ---- people ----
@id("deliver-unproven") @answer("ask")
@reason("the result is not proven")
forbid (principal, action == Writ::Action::"deliver", resource) unless { resource.proven };

@id("amend-by-person") @answer("ask") @locked("true")
@reason("only a person changes the contract")
forbid (principal, action == Writ::Action::"amend", resource);

@id("answer-by-person") @locked("true")
@reason("only a person answers; agents, specialists and hooks cannot")
forbid (principal, action == Writ::Action::"approve", resource) unless { principal is Writ::Person };

@id("sealed-too-often")
@reason("too many changes were sealed away in this run")
forbid (principal, action == Writ::Action::"continue", resource) when { resource.count > 9223372036854775802 };

@id("ordinary")
@reason("Nothing forbids it.")
permit (principal, action, resource);
`
