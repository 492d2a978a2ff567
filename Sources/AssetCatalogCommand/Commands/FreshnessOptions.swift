import ArgumentParser

/// The ages of `freshness`.
struct FreshnessOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Assets at least this old are stale. Default: 24h.", valueName: "duration"))
  var maxAge: String?

  @Option(help: ArgumentHelp("Assets at least this old get a warning. Default: no warning.", valueName: "duration"))
  var warnAfter: String?
}
