package import LinuxSystem
package import ManifestModel
package import StoredTree

/// Looks at one metadata tree on behalf of one thread: lists folders, takes stock of files, reads them.
///
/// Holds the buffers that all of this needs, so that a survey allocates for what it finds and not for how it looks.
/// While an asset is visited, its files are reached from its open folder, which nobody can swap; else from the tree.
package final class LocalSession {
  /// Bytes for which every reader has room.
  static let usualFile = 64 << 10
  /// A file touched this recently may be in a writer's hands still.
  static let settleNanoseconds: Int64 = 5_000_000_000

  package let tree: MetadataTree
  // What every look needs of the tree, held here as well: threads that count references to the tree, which they share,
  // take its memory from each other.
  let fileSystem: any FileSystem
  let descriptor: Int32
  /// When the look began, by the clock of the file system.
  package private(set) lazy var clock = takeClock()
  private let takeClock: () -> FileSystemClock
  /// Who may read all that was looked at; where somebody may not, the others who look are told.
  private var readership = Readership()
  private let readers: SharedReadership?
  /// Files opened and read so far.
  package internal(set) var filesRead = 0
  /// The asset that is visited, and its open folder.
  var visited: (asset: AssetIdentifier, folder: Int32)?

  let path = PathBuffer()
  let records = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 8)
  var contents = UnsafeMutableRawBufferPointer.allocate(byteCount: usualFile, alignment: 16)

  /// - Parameter readers: learns who may read what is looked at.
  package convenience init(tree: MetadataTree, clock: FileSystemClock, readers: SharedReadership? = nil) {
    self.init(tree, readers) { clock }
  }

  /// A reader that asks for the time only when a file does not parse. That is late enough to prove nothing of what was
  /// read before: for those who ask no more than whether a writer may be at such a file.
  package convenience init(tree: MetadataTree, readers: SharedReadership? = nil) {
    self.init(tree, readers) { tree.clock(probingIn: tree.path) }
  }

  private init(_ tree: MetadataTree, _ readers: SharedReadership?, takeClock: @escaping () -> FileSystemClock) {
    self.tree = tree
    self.readers = readers
    self.takeClock = takeClock
    fileSystem = tree.fileSystem
    descriptor = tree.descriptor
  }

  deinit {
    records.deallocate()
    contents.deallocate()
  }

  /// Whether a revision proves that a file which still has it has not changed since it was read.
  ///
  /// It does not if the file was touched so shortly before the scan that a later write could bear the same stamps: the
  /// "racily clean" rule of git and Mercurial.
  package func isTrustworthy(_ revision: Revision) -> Bool {
    let (edge, overflow) = revision.latestNanoseconds.addingReportingOverflow(clock.slackNanoseconds)
    return !overflow && edge < clock.nanoseconds
  }

  /// Whether no writer is at a file. Every write moves the change time, which nobody can set; a modification time that
  /// was set ahead of the clock would make the file look new for ever.
  package func isSettled(_ revision: Revision) -> Bool {
    let (edge, overflow) = revision.changedNanoseconds.addingReportingOverflow(Self.settleNanoseconds)
    return !overflow && edge < clock.nanoseconds
  }

  // MARK: Taking stock

  /// What a path below an open folder is; `nil` where there is nothing.
  package func status(
    _ prefix: StaticString, _ name: String, _ suffix: StaticString = "", in folder: Int32? = nil
  ) throws(SystemError) -> FileStatus? {
    path.set(prefix, name, suffix)
    return try statusAtPath(in: folder ?? descriptor)
  }

  /// What a file is; `nil` where there is none.
  package func status(of file: TreeFile, of asset: AssetIdentifier) throws(SystemError) -> FileStatus? {
    try statusAtPath(in: setPath(of: file, of: asset))
  }

  /// What the folder of an asset is; `nil` where there is none.
  func folderStatus(of asset: AssetIdentifier) throws(SystemError) -> FileStatus? {
    setPath(of: asset, "")
    return try statusAtPath(in: descriptor)
  }

  package func status(of descriptor: Int32) throws(SystemError) -> FileStatus {
    let status = try fileSystem.status(of: descriptor)
    note(status)
    return status
  }

  func statusAtPath(in folder: Int32) throws(SystemError) -> FileStatus? {
    let status = try fileSystem.statusIfPresent(path.pointer, in: folder)
    if let status { note(status) }
    return status
  }

  @inline(__always)
  private func note(_ status: FileStatus) {
    guard status.kind == .file || status.kind == .folder else { return }
    if readership.meet(mode: status.mode, group: status.group, isFolder: status.kind == .folder) {
      readers?.meet(readership)
    }
  }

  // MARK: Paths

  /// Sets the path to the folder of an asset, from the tree.
  func setPath(of asset: AssetIdentifier, _ suffix: StaticString) {
    path.set(MetadataLayout.namePrefix, asset.name, MetadataLayout.idMark)
    path.append(asset.id)
    path.append(suffix)
  }

  /// Begins a path in the folder of an asset, from that folder if it is visited, else from the tree.
  ///
  /// - Returns: the folder that the path begins at.
  func beginPath(in asset: AssetIdentifier) -> Int32 {
    guard let visited, visited.asset == asset else {
      setPath(of: asset, "/")
      return descriptor
    }
    path.set("")
    return visited.folder
  }

  /// Sets the path to a file.
  ///
  /// - Returns: the folder that it begins at.
  func setPath(of file: TreeFile, of asset: AssetIdentifier) -> Int32 {
    let folder = beginPath(in: asset)
    switch file {
    case .manifest: path.append(MetadataLayout.manifestEntry)
    case .run(let run):
      path.append(MetadataLayout.runPrefix)
      path.append(run)
      path.append(MetadataLayout.runEnding)
    }
    return folder
  }
}
