// What stands between the markers is the example of README.md, compiled. A test compares the two.

// README begin
import AssetCatalog
import ManifestModel

/// Runs every asset that is due, oldest first, leaves alone what another worker has just materialized, and records each run.
///
/// - Parameter materialize: does the work, and names the files that it wrote.
func runDueAssets(below root: String, materialize: (AssetIdentifier) throws -> [String]) throws {
  var options = AssetCatalog.Options()
  options.onWarning = { print($0) }
  let catalog = try AssetCatalog(root: root, options: options)
  let policy = FreshnessPolicy(
    maxAge: .seconds(24 * 3600),
    rules: [FreshnessPolicy.Rule(name: "bronze.*", maxAge: .seconds(6 * 3600))])

  for row in try catalog.freshness(policy, states: [.never, .stale]).rows {
    if try catalog.isCached(row.asset, ttl: .microseconds(row.maxAgeMicroseconds)) { continue }
    do {
      try catalog.run(row.asset) { run in
        for path in try materialize(row.asset) { run.addArtifact(path) }
      }
    } catch let error as CatalogError where error.code != .busy {
      // What was done cannot be recorded, as on a full disk: somebody has to know.
      throw error
    } catch {
      // What fails is recorded as failed, and what another worker is writing is its affair: the next asset has its turn.
    }
  }
}
// README end
