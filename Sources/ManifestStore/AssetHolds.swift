internal import ManifestModel
internal import StoredTree

/// Takes hold of assets that are there, and waits for other writers for a while, all assets taken together.
final class AssetHolds {
  private let publisher: any TreePublisher
  private let task: TreeTask
  private var patience: Int64
  private let onWarning: (String) -> Void

  init(
    _ publisher: any TreePublisher, for task: TreeTask, patienceMicroseconds: Int64,
    onWarning: @escaping (String) -> Void
  ) {
    self.publisher = publisher
    self.task = task
    patience = patienceMicroseconds
    self.onWarning = onWarning
  }

  /// An asset, as soon as it is free.
  ///
  /// - Returns: `nil` where it is gone.
  func hold(_ asset: AssetIdentifier, _ batch: any PublicationBatch) throws(StoreError) -> (any AssetPublication)? {
    var pause = Self.firstPause
    while true {
      switch try tryHold(asset, batch) {
      case .held(let publication): return publication
      case .gone: return nil
      case .busy: if !wait(&pause) { throw publisher.busy(asset) }
      }
    }
  }

  /// An asset, if it is free.
  func tryHold(_ asset: AssetIdentifier, _ batch: any PublicationBatch) throws(StoreError) -> AssetHold {
    try publisher.hold(asset, in: batch, for: task, onWarning)
  }

  /// How long the first pause is, in microseconds.
  static let firstPause: Int64 = 200

  /// Waits for other writers for a moment, and makes the next pause longer.
  ///
  /// - Returns: whether there was patience left to do so.
  func wait(_ pause: inout Int64) -> Bool {
    guard patience > 0 else { return false }
    let wait = min(pause, patience)
    publisher.pause(microseconds: UInt32(wait))
    patience -= wait
    pause = min(pause * 2, 5_000)
    return true
  }
}

extension TreePublisher {
  /// An asset, if it is free; where nothing keeps other writers out of it that is said.
  ///
  /// - Parameters:
  ///   - makingIt: whether an asset that is not there is to be made.
  ///   - task: for what it is held.
  func hold(
    _ asset: AssetIdentifier, in batch: any PublicationBatch, makingIt: Bool = false, for task: TreeTask,
    _ onWarning: (String) -> Void
  ) throws(StoreError) -> AssetHold {
    do throws(TreeFault) {
      let hold = try batch.hold(asset, makingIt: makingIt)
      if case .held(let publication) = hold, let reason = publication.missingLock {
        onWarning("\(path(of: asset)) cannot be locked (\(reason)): let only one program write there at a time.")
      }
      return hold
    } catch {
      throw StoreError(writing: path(of: asset), error, for: task)
    }
  }

  /// What to say of an asset for which others had to be waited for too long.
  func busy(_ asset: AssetIdentifier) -> StoreError {
    StoreError(.busy, "\(path(of: asset)) is being written by another process: try again.")
  }

  private func path(of asset: AssetIdentifier) -> String {
    "\(storage.root)/\(MetadataLayout(folder: storage.metadataFolder).assetPath(asset))"
  }
}
