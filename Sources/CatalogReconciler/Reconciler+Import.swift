package import CatalogIndex
internal import ManifestModel
internal import StoredTree

extension Reconciler {
  /// Takes a copy that another host exported for the index of this tree, and brings it up to date.
  ///
  /// What the copy says of a file is believed as long as the file has the revision that was seen. The index that was
  /// there is replaced at once, and what others recorded in it meanwhile is read again.
  ///
  /// - Parameter path: the copy, which stays as it is.
  /// - Returns: what the copy was, and what the reconcile after it did.
  /// - Throws: `IndexError` for a copy that cannot be taken, `ReconcileError` for one of another tree; nothing has
  ///   changed then.
  package func take(copy path: String) throws -> (copy: IndexCopy, report: ReconcileReport) {
    let began = ContinuousClock.now
    // Before anything is written: a root that is not there must not leave an index behind.
    let storage = try openStorage()
    let patience = Patience(milliseconds: options.patienceMilliseconds)
    let lock = try ReconcileLock(location, patience: patience, onLongWait: { options.onLongWait?($0) })
    var learnt: IndexCopy?
    let scratch = try IndexFile.makeScratch(of: path, at: location) { learnt = $0 }
    let copy = learnt!
    var state = copy.state
    let isSame = state.isOf(
      root: root, metadataFolder: metadataFolder, device: storage.identity.device, inode: storage.identity.inode)
    guard isSame || options.acceptsRoot else {
      throw ReconcileError(
        .noSuchRoot,
        "\(path) is an index of another tree (that of \(state.root)): name one of \(root), or accept this one.",
        .acceptCopy)
    }
    // The counter goes on where that of this host stands: others wait for a number.
    state.number = number(until: patience.deadline) ?? state.number
    (state.root, state.metadataFolder) = (root, metadataFolder)
    (state.device, state.inode) = (storage.identity.device, storage.identity.inode)
    state.file = nil
    try scratch.writer.write(state)
    let publication = try IndexFile.publish(
      scratch, at: location, for: { copy.readers }, until: patience.deadline, orThrow: { $0 as any Error }
    ) { _ in }
    if case .newGeneration(let reason) = publication { options.onWarning?(reason) }
    return (
      copy,
      try reconcile(
        Turn(lock: lock, patience: patience), unlessAt: nil, isRemote: try openStorage().isRemote, since: began)
    )
  }
}
