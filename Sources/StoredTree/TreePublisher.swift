package import ManifestModel

/// The way to write into a tree, whatever it lies in.
///
/// What is decided of a file is decided above, from what was read while its asset was held. A storage sees to it that
/// each file is at any instant the complete old or the complete new one, that nothing is put in the place of a file
/// which somebody else has written meanwhile, and that what was settled stays. A file system locks the asset, writes
/// drafts, puts them on the disk and renames them; a store of objects holds nothing, and puts each object on the
/// condition that it is still the one that was read.
package protocol TreePublisher: Sendable {
  /// The tree that is written.
  var storage: any TreeStorage { get }
  var traits: PublishingTraits { get }

  /// How many assets of a number of them may be held at once; at least one.
  func mostHeld(of count: Int) -> Int
  /// Begins to write several assets together.
  ///
  /// - Parameter changes: how many reports or repairs are to be written; many may be settled in another way than few.
  func beginBatch(of changes: Int) -> any PublicationBatch
  /// Waits for other writers.
  func pause(microseconds: UInt32)
}

/// How a storage takes what is written to it.
package struct PublishingTraits: Sendable {
  /// Whether what was put in place needs no settling.
  package var isDurableAtOnce: Bool
  /// Whether runs can be removed; where not, nothing ever is.
  package var canRemove: Bool
  /// How many assets are best worked on at the same time, each on a thread of its own. Above 1, each publication has a
  /// session of its own, and a batch may be called from several threads at once.
  package var parallelism: Int
  /// How long to wait at most before it is decided again for the first time after a conflict, in microseconds; each
  /// time it is twice as long. Writers that keep nobody out need to fall out of step.
  package var firstPauseMicroseconds: UInt32

  package init(isDurableAtOnce: Bool, canRemove: Bool, parallelism: Int = 1, firstPauseMicroseconds: UInt32 = 0) {
    self.isDurableAtOnce = isDurableAtOnce
    self.canRemove = canRemove
    self.parallelism = parallelism
    self.firstPauseMicroseconds = firstPauseMicroseconds
  }
}

/// Assets that are written together.
package protocol PublicationBatch: AnyObject {
  /// Takes hold of an asset, and waits for nobody: whoever waited here would keep others waiting for what it holds.
  ///
  /// - Parameter makingIt: whether an asset that is not there is to be made.
  func hold(_ asset: AssetIdentifier, makingIt: Bool) throws(TreeFault) -> AssetHold
  /// Makes what was staged and put in place so far durable, of all these assets together. If it fails, it has failed
  /// for all.
  ///
  /// Called after each step: the staging, the runs, the manifests.
  func settle(_ publications: [any AssetPublication]) throws(TreeFault)
}

/// What came of trying to hold an asset.
package enum AssetHold {
  case held(any AssetPublication)
  /// Another writer holds it.
  case busy
  /// It is not there, and was not to be made.
  case gone
}

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

/// Removes runs of an asset that is held, so that each is whole or gone whenever it is interrupted.
package protocol RunRemoval {
  /// Takes a run out of sight.
  func hide(_ run: String) throws(TreeFault) -> HidingOutcome
  /// Makes durable what was hidden.
  func settle() throws(TreeFault)
  /// Brings a run back, as far as that is possible.
  func restore(_ run: String, from name: String)
  /// Removes what is out of sight.
  func remove(_ name: String) throws(TreeFault)
}

package enum HidingOutcome: Sendable {
  /// The run is out of sight, under this name.
  case hidden(String)
  /// There is more than the run's metadata in its place: these names.
  case holdsOthers([String])
  /// There is none.
  case absent
}
