package import LinuxSystem
package import ManifestModel

/// How closely a survey looks.
package struct SurveyDepth: Sendable {
  /// Also at the files of finished runs, for edits by hand.
  package var isFull = false
  /// Change nothing in the tree: what writers that died left behind stays.
  package var isReadOnly = false

  package init(isFull: Bool = false, isReadOnly: Bool = false) {
    self.isFull = isFull
    self.isReadOnly = isReadOnly
  }
}

/// A tree as it was listed at one time.
package protocol TreeSurvey: Sendable {
  var stretches: TreeStretches { get }
  /// What is wrong with the tree's own entries.
  var oddities: [TreeOddity] { get }
  /// What the next survey of the whole tree may want to know; `nil` where there is nothing.
  var memory: ListingMemory? { get }
  /// A worker for one thread.
  func makeSurveyor(_ readers: SharedReadership?) -> any StretchSurveyor
  /// A worker for one thread that sees the tree as it is when it is asked, where one of a survey may see it as it was
  /// listed.
  func makeLiveSurveyor(_ readers: SharedReadership?) -> any StretchSurveyor
}

extension TreeSurvey {
  package var memory: ListingMemory? { nil }

  package func makeLiveSurveyor(_ readers: SharedReadership?) -> any StretchSurveyor { makeSurveyor(readers) }
}

/// Finds in one stretch after the other what differs from what the index knows. Belongs to one thread.
package protocol StretchSurveyor: AnyObject {
  /// Reads the files of what was found. While the receiver of a finding reads those of its asset, that is cheapest.
  var session: any TreeSession { get }
  /// Compares some names with all that the index has in the same stretch; both in the order of their bytes.
  ///
  /// - Parameters:
  ///   - runs: all runs that the index has of an asset, by the asset's key.
  ///   - found: gets each finding. Those of one name come together.
  /// - Returns: how many assets that the index counts are as it knows them.
  func survey(
    _ names: [String], against known: [KnownFolder], _ depth: SurveyDepth, runs: (Int64) throws -> [KnownRun],
    _ found: (SurveyFinding) throws -> Void
  ) throws -> Int
  /// The one asset as it is, whatever the index knows; nothing is found where it is gone.
  func survey(_ asset: AssetIdentifier, _ found: (SurveyFinding) throws -> Void) throws
}

package enum SurveyFinding {
  /// The assets of a name were listed.
  case listed(name: String, SeenFile, [TreeOddity])
  /// The assets of a name cannot be listed; nothing is said of them.
  case unlisted(name: String, TreeFault)
  /// A name that the index has and the tree has not.
  case missingName(String)
  /// An asset that the index has and the listing of its name has not.
  case missing(AssetIdentifier)
  case asset(SurveyedAsset)
  /// An asset that cannot be looked into.
  case unlooked(AssetIdentifier, TreeFault)
}
