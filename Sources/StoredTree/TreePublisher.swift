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
