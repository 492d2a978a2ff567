import FreshnessRules
import LinuxSystem

/// Finds and reads the policy file.
///
/// `--policy FILE`, else `ASSET_CATALOG_POLICY`, else `freshness.yaml` or `freshness.json` in the storage root. It is
/// not in the metadata folder: that belongs to mad_prefect, and a change in it begins a reconcile.
enum PolicyLocation {
  static let names = ["freshness.yaml", "freshness.json"]

  /// The path of the file in a folder that is the root; `nil` where there is none.
  ///
  /// One that nobody can follow, or look at, is there all the same: whoever put it there wants no answer without it.
  static func path(inRoot root: String) throws(CommandFailure) -> String? {
    let paths = names.map { root + "/" + $0 }.filter { path in
      do { return try FileStatus.ifPresent(path, followingLinks: false) != nil } catch { return true }
    }
    guard paths.count < 2 else {
      throw CommandFailure(.badData, conflict(paths))
    }
    return paths.first
  }

  /// The path of the file that an option or the environment names.
  static func named(_ option: String?, _ environment: Environment) -> String? {
    if let option { return option }
    if let named = environment["ASSET_CATALOG_POLICY"], !named.isEmpty { return named }
    return nil
  }

  /// Of two files in one root.
  static func conflict(_ paths: [String]) -> String {
    "there are both \(quoted(path: paths[0])) and \(quoted(path: paths[1])); remove one, or name one with --policy"
  }

  /// The zone files of the system.
  static func zones(_ environment: Environment) -> TimeZoneFolder {
    TimeZoneFolder(tzdir: environment["TZDIR"])
  }
}
