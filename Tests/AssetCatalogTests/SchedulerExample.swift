// What stands between the markers is the example of README.md, compiled. A test compares the two.

// README begin
import AssetCatalog
import ManifestModel

/// Runs every asset that is due, oldest first, and leaves alone what another worker has just materialized.
func runDueAssets(below root: String, run: (AssetIdentifier) throws -> Void) throws {
  let catalog = try AssetCatalog(root: root)
  let policy = FreshnessPolicy(
    maxAge: .seconds(24 * 3600),
    rules: [FreshnessPolicy.Rule(name: "bronze.*", maxAge: .seconds(6 * 3600))])

  for row in try catalog.freshness(policy, states: [.never, .stale]).rows {
    let isFreshMeanwhile = try catalog.isCached(row.asset, ttl: .microseconds(row.maxAgeMicroseconds))
    if !isFreshMeanwhile { try run(row.asset) }
  }
}
// README end
