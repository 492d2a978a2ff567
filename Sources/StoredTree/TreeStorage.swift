package import LinuxSystem
package import ManifestModel

/// Where a metadata tree lies, and the way to it: a file system, or a store of objects.
///
/// It is asked what differs from what is known, and not how a thing is opened; each storage answers in its own cheapest
/// way. It knows assets, runs and files, and nothing of what stands in them.
package protocol TreeStorage: Sendable {
  /// The storage root, for messages and for what is bound to it.
  var root: String { get }
  /// The metadata folder, relative to the root.
  var metadataFolder: String { get }
  /// By what the tree is known again under another name.
  var identity: TreeIdentity { get }
  /// Whether each look is a request to another host. Then nothing is looked at while the index is locked: a survey
  /// proves itself what it calls missing, and nothing can come between it and the index but records of this host.
  var isRemote: Bool { get }
  /// A way in for one thread.
  ///
  /// - Parameter readers: learns who may read what is looked at.
  func makeSession(_ readers: SharedReadership?) -> any TreeSession
  /// A worker for one thread that takes no revision for a proof: what it reads is looked at again by the next survey.
  func makeSurveyorTrustingNothing(_ readers: SharedReadership?) -> any StretchSurveyor
  /// Takes the time and lists the names, for a comparison of the whole tree.
  ///
  /// - Parameters:
  ///   - folder: where a file may be made to take the time of the storage from, of which nothing stays.
  ///   - stretchLength: how many names make a stretch.
  func beginSurvey(probingIn folder: String, stretchLength: Int) throws(StoreError) -> any TreeSurvey
  /// The same, where something is known of the listing before.
  ///
  /// - Parameters:
  ///   - memory: what the survey before said in ``TreeSurvey/memory``; `nil` if it is not known.
  ///   - landmarks: gives assets that are known, no more than a number, with equally many others between each two.
  func beginSurvey(
    probingIn folder: String, stretchLength: Int, recalling memory: ListingMemory?,
    landmarks: (_ most: Int) -> [AssetIdentifier]
  ) throws(StoreError) -> any TreeSurvey
  /// The same, for one who reads all of the tree, and can begin before all of it is listed.
  func beginReading(
    probingIn folder: String, stretchLength: Int, recalling memory: ListingMemory?,
    landmarks: (_ most: Int) -> [AssetIdentifier]
  ) throws(StoreError) -> TreeListing
  /// Takes the time and lists the names of a scope, for a comparison of these alone.
  ///
  /// - Returns: `nil` where that is no cheaper than to look at the whole tree.
  func beginSurvey(
    of scope: NameScope, probingIn folder: String, stretchLength: Int
  ) throws(StoreError) -> (any TreeSurvey)?
}

extension TreeStorage {
  /// The metadata folder, for messages.
  package var path: String { root + "/" + metadataFolder }

  package var isRemote: Bool { false }

  package func beginSurvey(
    of scope: NameScope, probingIn folder: String, stretchLength: Int
  ) throws(StoreError) -> (any TreeSurvey)? { nil }

  package func beginSurvey(
    probingIn folder: String, stretchLength: Int, recalling memory: ListingMemory?,
    landmarks: (_ most: Int) -> [AssetIdentifier]
  ) throws(StoreError) -> any TreeSurvey {
    try beginSurvey(probingIn: folder, stretchLength: stretchLength)
  }

  package func beginReading(
    probingIn folder: String, stretchLength: Int, recalling memory: ListingMemory?,
    landmarks: (_ most: Int) -> [AssetIdentifier]
  ) throws(StoreError) -> TreeListing {
    .whole(
      try beginSurvey(probingIn: folder, stretchLength: stretchLength, recalling: memory, landmarks: landmarks))
  }
}

/// By what a tree is known again: a file system gives device and inode of the metadata folder.
package struct TreeIdentity: Hashable, Sendable {
  package var device: UInt64
  package var inode: UInt64

  package init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }
}

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

/// One thread's way into a tree. It holds the buffers that reading needs.
package protocol TreeSession: AnyObject {
  /// Files opened and read so far.
  var filesRead: Int { get }

  /// What a file is now, without reading it.
  func look(at file: TreeFile, of asset: AssetIdentifier) -> FileOnDisk
  /// Gives a file to `body`, once.
  func read(_ file: TreeFile, of asset: AssetIdentifier, _ body: (LoadedFile) -> Void)
  /// Whether the files that were read of the asset that was found last are those that its listing told of. Where they
  /// are not, the revision of its folder does not stand for them.
  var hasReadWhatWasListed: Bool { get }
  /// Whether no writer can be at a file of this revision any more.
  func isSettled(_ revision: Revision) -> Bool
  /// Whether a file that still has this revision certainly is the one that was read.
  func isTrustworthy(_ revision: Revision) -> Bool
  /// When a run gave a sign of life, by the clock of this host.
  ///
  /// - Parameters:
  ///   - sign: the time that it wrote down, by its own clock.
  ///   - written: the stamp of its file, by the clock of the storage.
  func time(ofLife sign: Timestamp, writtenAt written: Timestamp) -> Timestamp
  /// Waits for a writer.
  func pause(microseconds: UInt32)

  /// The ids of the assets of a name, in the order of their bytes.
  func assets(of name: String) throws(TreeFault) -> NameList
  /// The ids of the runs of an asset, in the order of their bytes, also of those that have no file yet.
  func runs(of asset: AssetIdentifier) throws(TreeFault) -> NameList
  /// Whether there is anything of a run, a file or not.
  func hasRun(_ id: String, of asset: AssetIdentifier) -> Bool
  /// Names of what lies beside the metadata of a run and is none of the catalog's.
  func others(besidesRun id: String, of asset: AssetIdentifier) throws(TreeFault) -> [String]
  /// Runs `body` once, and meanwhile reaches the files of an asset cheapest.
  func visit(_ asset: AssetIdentifier, _ body: () -> Void) throws(TreeFault)

  /// Whether a name certainly is not there; a look that fails proves nothing.
  func isGone(name: String) -> Bool
  /// Whether an asset certainly is not there.
  func isGone(_ asset: AssetIdentifier) -> Bool
  /// Whether a run certainly is not there.
  func isGone(run: String, of asset: AssetIdentifier) -> Bool
}

extension TreeSession {
  package var hasReadWhatWasListed: Bool { true }

  package func time(ofLife sign: Timestamp, writtenAt written: Timestamp) -> Timestamp { sign }

  /// Visits an asset for something that may fail.
  ///
  /// - Throws: why the asset cannot be visited; what fails then is in the result.
  package func visiting<R, E: Error>(
    _ asset: AssetIdentifier, _ body: () throws(E) -> R
  ) throws(TreeFault) -> Result<R, E> {
    var result: Result<R, E>?
    try visit(asset) { result = Result { () throws(E) in try body() } }
    return result!
  }
}
