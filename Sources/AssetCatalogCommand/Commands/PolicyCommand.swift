import ArgumentParser

/// `asset-catalog policy`.
struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy",
    abstract: "Look at a policy file, explain it, begin one, and see what cron lines mean.",
    discussion: """
      A policy says how old which assets may be, or by when they must be there. Its file is --policy FILE, else \
      ASSET_CATALOG_POLICY, else 'freshness.yaml' or 'freshness.json' in the storage root.

      EXAMPLES:
        asset-catalog policy check
        asset-catalog policy explain gold.revenue_daily
        asset-catalog policy suggest > freshness.yaml
        asset-catalog policy ticks '0 7 * * 1-5' --timezone Europe/London
      """,
    subcommands: [
      PolicyCheckCommand.self, PolicyExplainCommand.self, PolicySuggestCommand.self, PolicyTicksCommand.self,
    ])
}
