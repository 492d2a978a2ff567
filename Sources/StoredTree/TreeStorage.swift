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
