package import ManifestModel

/// An asset that is being written: it is held for as long as the value lives.
///
/// The steps come in this order: read and decide; ``slot(for:)`` and ``stage(_:_:replacing:as:)`` for each file;
/// ``endStaging(_:)``; ``publish(_:)`` for each run; ``endRuns()``; ``publish(_:)`` for the manifest, staged again
/// after a conflict; ``end(with:)``. So a manifest never names a run whose metadata is not there. Belongs to one thread
/// at a time.
package protocol AssetPublication: AnyObject {
  var asset: AssetIdentifier { get }
  /// Why other writers are not kept out, where the storage means to do so; the end of a sentence.
  var missingLock: String? { get }
  /// The session that reads the asset, from what is held. Publications of one batch may share one, which then reads the
  /// asset for which it was taken last.
  func takeSession() -> any TreeSession
  /// A session of its own, by the time that it is then.
  func makeSession() -> any TreeSession
  /// What a file is now; `nil` where there is none.
  func revision(of file: TreeFile) throws(TreeFault) -> Revision?

  /// Makes a place for a file. What is made for it goes with ``discard(_:)``.
  func slot(for file: TreeFile) throws(TreeFault) -> FileSlot
  /// Writes down what is to be put in the place of a file, which stays as it is. What was staged there before is
  /// dropped.
  ///
  /// - Parameter former: the file that was decided on; `nil` where there was none.
  /// - Returns: when that was, by the clock of the storage; `nil` where it has none or says nothing of it.
  func stage(
    _ slot: FileSlot, _ bytes: [UInt8], replacing former: Revision?, as kind: StagedKind
  ) throws(TreeFault) -> Timestamp?
  /// Called once, when all runs and the first manifest are staged. Where each asset is settled by itself, they are
  /// durable after it, and so is all that leads to the asset.
  ///
  /// - Parameter failed: gets what could not be made so; without a slot it is all.
  func endStaging(_ failed: (FileSlot?, TreeFault) -> Void)
  /// Puts what was staged in place, unless somebody else has written the file since it was decided on.
  ///
  /// A storage that keeps other writers out need not look, except for a manifest and for a sign of life: mad_prefect
  /// takes no lock.
  func publish(_ slot: FileSlot) throws(TreeFault) -> PublishOutcome
  /// Called once, when all runs were put in place. Where each asset is settled by itself, they are durable after it.
  func endRuns() throws(TreeFault)
  /// Drops what was staged, and what was made for it. What was put in place stays.
  func discard(_ slot: FileSlot)
  /// Ends the work, of which these files are the outcome, and takes away what was made for nothing.
  ///
  /// - Returns: for each of the files what it is now.
  func end(with slots: [FileSlot]) -> [PublishedFile]

  /// Removes runs of the asset; `nil` where the storage removes nothing.
  var removal: (any RunRemoval)? { get }
}

extension AssetPublication {
  package var missingLock: String? { nil }
  package var removal: (any RunRemoval)? { nil }
}

/// The place of one file in a publication.
package struct FileSlot: Hashable, Sendable {
  package let number: Int

  package init(number: Int) {
    self.number = number
  }
}

/// What it is that is to be put in place.
package enum StagedKind: Sendable {
  case usual
  /// Nothing but that a run is alive. It never takes the place of another file than the one that was read, and of two
  /// of them the older will do after a crash.
  case signOfLife
  /// A beginning that was decided on from the other runs of the asset. Of several such beginnings that are decided on
  /// at the same time one is put in place, and the others are in conflict with it, whatever their runs are called.
  /// Where the hold keeps other writers out this is so anyway.
  case exclusiveBeginning
}

/// What a file is at the end that was put in place.
package enum PublishedFile: Hashable, Sendable {
  /// What was put there; the revision says which that is.
  case standing(Revision)
  /// Something that another program has put there since, or nobody can say.
  case unknown
  /// Nothing, though the storage had said that it was done.
  case lost

  package var revision: Revision? {
    if case .standing(let revision) = self { revision } else { nil }
  }
}

package enum PublishOutcome: Sendable {
  case done
  /// Nothing was written, since somebody else has written meanwhile: read again, and decide again.
  case conflict
}
