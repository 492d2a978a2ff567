// What stands between the markers is the example of README.md, compiled. A test compares the two.

// README begin
import AssetCatalog

/// Runs every asset that is due, most urgent first, leaves alone what another worker is at, and records each run.
///
/// - Parameters:
///   - policy: what is demanded; `try FreshnessPolicy(contentsOf: "/srv/storage/freshness.yaml")` shares it with the
///     program, `FreshnessPolicy(maxAge: .seconds(86_400), rules: [.init(name: "bronze.*", maxAge: .seconds(21_600))])`
///     writes it here.
///   - materialize: does the work, and names the files that it wrote.
func runDueAssets(
  below root: String, _ policy: FreshnessPolicy, materialize: (AssetIdentifier) throws -> [String]
) throws {
  var options = Catalog.Options()
  options.onWarning = { print($0) }
  let catalog = try Catalog(root: root, options: options)

  for row in try catalog.due(policy).rows {
    do {
      // Decided under the lock of the asset: of several workers, one alone gets it.
      guard case .started(let claimed) = try catalog.claim(row) else { continue }
      try catalog.run(row.asset, runID: claimed.runID) { run in
        for path in try materialize(row.asset) { run.addArtifact(path) }
      }
    } catch let error as CatalogError where error.code != .busy {
      // What was done cannot be recorded, as on a full disk: somebody has to know.
      throw error
    } catch {
      // What fails is recorded as failed, and what another worker writes is its affair: the next asset has its turn.
    }
  }
}
// README end
