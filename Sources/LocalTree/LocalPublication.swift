internal import LinuxSystem
internal import ManifestModel
internal import StoredTree

/// An asset whose folder is locked: what is written there, as drafts first.
///
/// All drafts lie in the asset's own folder, also those of run metadata: a rename from there is as atomic, and whoever
/// clears up after a writer that died need list no run folders.
final class LocalPublication: AssetPublication {
  /// Drafts that may be open at once: the drafts of more runs are put on the disk one by one.
  private static let openDrafts = 16

  /// One file on its way.
  struct Place {
    let file: TreeFile
    /// Whether the run's folder was made for this.
    var madeFolder = false
    var kind = StagedKind.usual
    /// The file that was there before, if there was one.
    var former: Revision?
    var draft: Draft?
    var isPublished = false
  }

  let folder: LockedAssetFolder
  let publisher: LocalPublisher
  private let session: LocalSession
  let syncsEachFile: Bool
  let drafts: DraftFolder
  let path = PathBuffer()
  var places: [Place] = []
  /// What the manifest's file was when it was decided on; without one to write, when the runs were.
  var seenManifest: Revision?
  private var hasManifest = false
  private var runsStaged = 0
  private var isStagingOver = false
  /// Whether the name of a run may be missing in the asset's folder on the disk.
  var isEntryNew = false

  var asset: AssetIdentifier { folder.asset }
  var missingLock: String? { folder.missingLock?.text }
  var fileSystem: any WritableFileSystem { publisher.fileSystem }

  init(_ folder: LockedAssetFolder, _ publisher: LocalPublisher, _ session: LocalSession, syncsEachFile: Bool) {
    self.folder = folder
    self.publisher = publisher
    self.session = session
    self.syncsEachFile = syncsEachFile
    drafts = DraftFolder(folder.descriptor, publisher.fileSystem)
  }

  // MARK: Reading

  func takeSession() -> any TreeSession {
    session.enter(asset, folder.descriptor)
    return session
  }

  func makeSession() -> any TreeSession { folder.makeSession() }

  func revision(of file: TreeFile) throws(TreeFault) -> Revision? {
    try TreeFault.telling { () throws(SystemError) in try status(of: file)?.revision }
  }

  func status(of file: TreeFile) throws(SystemError) -> FileStatus? {
    setPath(file)
    return try fileSystem.statusIfPresent(path.pointer, in: folder.descriptor)
  }

  func setPath(_ file: TreeFile) {
    switch file {
    case .manifest: path.set(MetadataLayout.manifestEntry)
    case .run(let run): path.set(MetadataLayout.runPrefix, run, MetadataLayout.runEnding)
    }
  }

  // MARK: Staging

  func slot(for file: TreeFile) throws(TreeFault) -> FileSlot {
    var place = Place(file: file)
    if case .run(let run) = file {
      path.set(MetadataLayout.runPrefix, run)
      place.madeFolder = try TreeFault.telling { () throws(SystemError) in
        try fileSystem.makeFolder(path.pointer, in: folder.descriptor)
      }
    }
    places.append(place)
    return FileSlot(number: places.count - 1)
  }

  func stage(
    _ slot: FileSlot, _ bytes: [UInt8], replacing former: Revision?, as kind: StagedKind
  ) throws(TreeFault) -> Timestamp? {
    let file = places[slot.number].file
    if file == .manifest { (hasManifest, seenManifest) = (true, former) }
    drop(slot)
    places[slot.number].former = former
    places[slot.number].kind = kind
    return try TreeFault.telling { () throws(SystemError) in
      setPath(file)
      let draft = try drafts.write(bytes, replacing: former == nil ? nil : path.pointer)
      places[slot.number].draft = draft
      if isStagingOver {
        // The others are on the disk already.
        try drafts.synchronize(&places[slot.number].draft!)
      } else if !syncsEachFile {
        drafts.close(&places[slot.number].draft!)
      } else if file != .manifest {
        runsStaged += 1
        if runsStaged > Self.openDrafts { try drafts.synchronize(&places[slot.number].draft!) }
      }
      return Timestamp(microseconds: draft.written.modifiedNanoseconds / 1000)
    }
  }

  func endStaging(_ failed: (FileSlot?, TreeFault) -> Void) {
    isStagingOver = true
    // A file that nobody is going to replace is looked at for what it proves.
    if !hasManifest, places.contains(where: { $0.draft != nil }) {
      seenManifest = (try? status(of: .manifest))?.revision
    }
    guard syncsEachFile else { return }
    // All of it is under way before the first is waited for.
    var isFirst = true
    for place in places.indices where places[place].draft != nil {
      if !isFirst { drafts.startWriting(places[place].draft!) }
      isFirst = false
    }
    for place in places.indices where places[place].draft != nil {
      do throws(SystemError) {
        try drafts.synchronize(&places[place].draft!)
      } catch {
        failed(FileSlot(number: place), TreeFault(error))
      }
    }
    // Who is alive has begun, and the folders were put on the disk then.
    guard places.contains(where: { $0.file != .manifest && $0.draft != nil && $0.kind != .signOfLife }) else { return }
    do throws(SystemError) { try synchronizeParents() } catch { failed(nil, TreeFault(error)) }
  }

  /// Puts the folders above on the disk, unless this process knows that they are there.
  private func synchronizeParents() throws(SystemError) {
    if let seenManifest, publisher.durable.contains(seenManifest, of: asset) { return }
    try fileSystem.synchronizeFolder(folder.nameFolder)
    try fileSystem.synchronizeFolder(publisher.tree.descriptor)
    try publisher.tree.synchronizePath(fileSystem)
  }

  // MARK: Dropping

  func discard(_ slot: FileSlot) {
    let place = places[slot.number]
    if place.isPublished { return }
    drop(slot)
    guard place.madeFolder, case .run(let run) = place.file else { return }
    path.set(MetadataLayout.runPrefix, run)
    try? fileSystem.removeFolder(path.pointer, in: folder.descriptor)
  }

  private func drop(_ slot: FileSlot) {
    if let draft = places[slot.number].draft.take() { drafts.discard(draft) }
  }

  var removal: (any RunRemoval)? { RunFolderRemoval(fileSystem: fileSystem, folder: folder.descriptor) }
}
