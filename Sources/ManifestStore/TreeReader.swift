internal import Glibc
package import ManifestModel

/// Looks at one metadata tree on behalf of one thread: lists folders, takes stock of files, reads them.
///
/// Holds the buffers that all of this needs, so that a scan allocates for what it finds and not for how it looks.
package final class TreeReader {
  /// No manifest or run metadata may be larger (SPEC 8).
  package static let largestFile = 16 << 20
  /// A file touched this recently may be in a writer's hands still.
  static let settleNanoseconds: Int64 = 5_000_000_000
  /// How long to wait before each reading of a file that does not parse. mad_prefect leaves one empty for up to 2.2 ms.
  static let retryMicroseconds: [UInt32] = [0, 1_000, 3_000, 10_000, 30_000, 100_000]

  package let tree: MetadataTree
  package let clock: FileSystemClock
  /// Files opened and read so far.
  package private(set) var filesRead = 0
  /// What is left of the time that this reader may spend on waiting for writers.
  private var patienceMicroseconds: UInt32 = 200_000

  private var path = PathBuffer()
  private let records = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 8)
  private var contents = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

  package init(tree: MetadataTree, clock: FileSystemClock) {
    self.tree = tree
    self.clock = clock
  }

  deinit {
    records.deallocate()
    contents.deallocate()
  }

  private var fileSystem: any FileSystem { tree.fileSystem }

  /// Whether a fingerprint proves that a file which still has it has not changed since it was read.
  ///
  /// It does not if the file was touched so shortly before the scan that a later write could bear the same stamps: the
  /// "racily clean" rule of git and Mercurial.
  package func isTrustworthy(_ fingerprint: Fingerprint) -> Bool {
    let (edge, overflow) = fingerprint.latestNanoseconds.addingReportingOverflow(clock.slackNanoseconds)
    return !overflow && edge < clock.nanoseconds
  }

  /// Whether no writer is at a file. Every write moves the change time, which nobody can set; a modification time that
  /// was set ahead of the clock would make the file look new for ever.
  private func isSettled(_ fingerprint: Fingerprint) -> Bool {
    let (edge, overflow) = fingerprint.changedNanoseconds.addingReportingOverflow(Self.settleNanoseconds)
    return !overflow && edge < clock.nanoseconds
  }

  // MARK: Taking stock

  /// What a path below an open folder is; `nil` where there is nothing.
  package func status(
    _ prefix: StaticString, _ name: String, _ suffix: StaticString = "", in folder: Int32? = nil
  ) throws(SystemError) -> FileStatus? {
    path.set(prefix, name, suffix)
    return try statusAtPath(in: folder ?? tree.descriptor)
  }

  /// What the manifest of an asset is, two folders below the tree; `nil` where there is none.
  package func manifestStatus(of asset: AssetIdentifier) throws(SystemError) -> FileStatus? {
    setPath(of: asset, "/manifest.json")
    return try statusAtPath(in: tree.descriptor)
  }

  /// What the folder of an asset is; `nil` where there is none.
  package func folderStatus(of asset: AssetIdentifier) throws(SystemError) -> FileStatus? {
    setPath(of: asset, "")
    return try statusAtPath(in: tree.descriptor)
  }

  /// What the metadata file of a run is; `nil` where there is none.
  package func runStatus(of asset: AssetIdentifier, run: String) throws(SystemError) -> FileStatus? {
    setPath(of: asset, "/asset_run_id=")
    path.append(run)
    path.append("/metadata.json")
    return try statusAtPath(in: tree.descriptor)
  }

  private func setPath(of asset: AssetIdentifier, _ suffix: StaticString) {
    path.set("asset_name=", asset.name, "/asset_id=")
    path.append(asset.id)
    path.append(suffix)
  }

  private func statusAtPath(in folder: Int32) throws(SystemError) -> FileStatus? {
    do throws(SystemError) {
      return try fileSystem.status(path.pointer, in: folder)
    } catch {
      if error.number == ENOENT || error.number == ENOTDIR { return nil }
      throw error
    }
  }

  // MARK: Folders

  /// What an entry of an open folder is; `nil` where there is nothing.
  func status(ofEntry name: [UInt8], in folder: Int32) throws(SystemError) -> FileStatus? {
    path.set("")
    path.append(name)
    return try statusAtPath(in: folder)
  }

  /// Lends a name as the system calls want it.
  func withPath(_ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Void) {
    path.set("")
    path.append(name)
    body(path.pointer)
  }

  /// Opens a folder below an open one; the caller closes it.
  package func openFolder(
    _ prefix: StaticString, _ name: String, in folder: Int32? = nil
  ) throws(SystemError) -> Int32 {
    path.set(prefix, name)
    return try fileSystem.openFolder(path.pointer, in: folder ?? tree.descriptor)
  }

  package func close(_ descriptor: Int32) {
    fileSystem.close(descriptor)
  }

  package func status(of descriptor: Int32) throws(SystemError) -> FileStatus {
    try fileSystem.status(of: descriptor)
  }

  /// Lists the tree itself: the name folders in it.
  package func listNames() throws(SystemError) -> FolderListing {
    // A descriptor of its own, since a listing moves on in the one it is made from.
    path.set(".")
    let folder = try fileSystem.openFolder(path.pointer, in: tree.descriptor)
    defer { fileSystem.close(folder) }
    return try list(folder, prefix: "asset_name=")
  }

  /// Lists an open folder to its end.
  ///
  /// - Parameter prefix: what the names of members begin with, such as `asset_id=`.
  package func list(_ folder: Int32, prefix: StaticString) throws(SystemError) -> FolderListing {
    var listing = FolderListing()
    var unclear: [(name: [UInt8], member: String?)] = []
    while true {
      let count = try fileSystem.list(folder, into: records)
      guard count > 0 else { break }
      DirectoryRecords.forEach(in: UnsafeRawBufferPointer(rebasing: records[..<count])) { name, type in
        guard name.starts(with: prefix) else {
          if DraftName.matches(name) { listing.drafts.append([UInt8](name)) }
          // Strays are no concern of the catalog, unless following or opening them would be.
          if let kind = DirectoryRecords.kind(type), kind == .symbolicLink || kind == .special {
            listing.oddities.append(.notAFile([UInt8](name), kind))
          }
          return
        }
        let rest = UnsafeRawBufferPointer(rebasing: name[prefix.utf8CodeUnitCount...])
        guard let kind = DirectoryRecords.kind(type) else {
          unclear.append(([UInt8](name), String(validating: rest, as: UTF8.self)))
          return
        }
        listing.add(name: name, member: String(validating: rest, as: UTF8.self), kind: kind)
      }
    }
    for entry in unclear {
      path.set("")
      path.append(entry.name)
      guard let kind = try statusAtPath(in: folder)?.kind else { continue }
      entry.name.withUnsafeBytes { listing.add(name: $0, member: entry.member, kind: kind) }
    }
    listing.members.sort { $0.precedesInBytes($1) }
    return listing
  }

  // MARK: Files

  /// Reads the manifest in an open asset folder.
  package func readManifest(in folder: Int32) throws(StoreError) -> FileObservation<Manifest> {
    path.set("manifest.json")
    return try read(in: folder) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeManifest(bytes, keepingUnknownFields: false)
    }
  }

  /// Reads the manifest of an asset whole, with the fields that nobody here knows.
  package func readManifest(of asset: AssetIdentifier) throws(StoreError) -> FileObservation<Manifest> {
    setPath(of: asset, "/manifest.json")
    return try read(in: tree.descriptor) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeManifest(bytes, keepingUnknownFields: true)
    }
  }

  /// Reads the metadata of one run in an open asset folder.
  package func readRun(_ run: String, in folder: Int32) throws(StoreError) -> FileObservation<RunMetadata> {
    path.set("asset_run_id=", run, "/metadata.json")
    return try read(in: folder) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeRunMetadata(bytes, keepingUnknownFields: false)
    }
  }

  /// Reads the manifest in an open asset folder whole, with the fields that nobody here knows.
  func readWholeManifest(in folder: Int32) throws(StoreError) -> FileObservation<Manifest> {
    path.set("manifest.json")
    return try read(in: folder) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeManifest(bytes, keepingUnknownFields: true)
    }
  }

  /// Reads the metadata of one run in an open asset folder whole, with the fields that nobody here knows.
  func readWholeRun(_ run: String, in folder: Int32) throws(StoreError) -> FileObservation<RunMetadata> {
    path.set("asset_run_id=", run, "/metadata.json")
    return try read(in: folder) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeRunMetadata(bytes, keepingUnknownFields: true)
    }
  }

  /// Reads the file at the path in the buffer.
  ///
  /// Writers overwrite files in place, so a reader can meet one that is empty or half-written, and most such reads have a
  /// stable stat: only the document itself tells, since no proper prefix of one is another. What does not parse is read
  /// again a few times if it was touched recently, and is `torn` if that did not help.
  ///
  /// The status is taken before the bytes: they may be newer than the fingerprint, which the next scan then notices, but never older.
  private func read<Value>(
    in folder: Int32,
    decode: (UnsafeRawBufferPointer) throws(ManifestDecodingError) -> Value
  ) throws(StoreError) -> FileObservation<Value> {
    for delay in Self.retryMicroseconds {
      if delay > 0 {
        guard patienceMicroseconds >= delay else { break }
        patienceMicroseconds -= delay
        fileSystem.sleep(microseconds: delay)
      }
      let status: FileStatus
      do throws(SystemError) {
        guard let found = try statusAtPath(in: folder) else { return .absent }
        status = found
      } catch {
        return try unreadable(error)
      }
      guard status.kind == .file else {
        return .bad(.notAFile, "This is \(status.kind.description), where a file should be.", status.fingerprint)
      }
      guard status.fingerprint.size <= Self.largestFile else {
        return .bad(
          .tooLarge, "The file has \(status.fingerprint.size) bytes; 16 MiB is the limit.", status.fingerprint)
      }
      let bytes: UnsafeRawBufferPointer
      do throws(SystemError) {
        guard let all = try readAll(expecting: Int(status.fingerprint.size), in: folder) else { continue }
        bytes = all
      } catch {
        if error.number == ENOENT || error.number == ENOTDIR { return .absent }
        if error.number == ELOOP || error.number == EXDEV { continue }
        return try unreadable(error)
      }
      do throws(ManifestDecodingError) {
        return .good(try decode(bytes), status.fingerprint)
      } catch {
        if isSettled(status.fingerprint) {
          return .bad(error.problemKind, error.message, status.fingerprint)
        }
      }
    }
    return .torn
  }

  /// Reads a file to its end into the buffer; `nil` if it grew over the limit meanwhile.
  private func readAll(expecting size: Int, in folder: Int32) throws(SystemError) -> UnsafeRawBufferPointer? {
    if contents.count <= size {
      contents.deallocate()
      contents = .allocate(byteCount: size + (64 << 10), alignment: 16)
    }
    let descriptor = try fileSystem.openFile(path.pointer, in: folder)
    defer { fileSystem.close(descriptor) }
    filesRead += 1
    var count = 0
    while true {
      let room = UnsafeMutableRawBufferPointer(rebasing: contents[count...])
      let step = try fileSystem.read(descriptor, into: room)
      count += step
      // A read that ends short of the buffer, at or past the size that the file had, has met the end.
      if step == 0 || (count >= size && step < room.count) {
        return UnsafeRawBufferPointer(rebasing: contents[..<count])
      }
      if count == contents.count { return nil }
    }
  }

  private func unreadable<Value>(_ error: SystemError) throws(StoreError) -> FileObservation<Value> {
    try throwIfExhausted(error)
    return .bad(.unreadable, "The file cannot be read: \(error.text).", nil)
  }
}

extension TreeReader {
  /// Ends the work where the process, not the file, is what failed: too few descriptors, no memory.
  package func throwIfExhausted(_ error: SystemError) throws(StoreError) {
    if error.isExhaustion {
      throw StoreError(.inputOutput, "The tree at \(tree.root) cannot be read any further: \(error.text).")
    }
  }
}

/// What came of reading one file.
package enum FileObservation<Value: Sendable>: Sendable {
  /// There is no such file.
  case absent
  /// It was read, and had this fingerprint at most.
  case good(Value, Fingerprint)
  /// It cannot be used. Without a fingerprint it was not even looked at, and is to be tried again.
  case bad(ProblemKind, String, Fingerprint?)
  /// It does not parse, but was touched so recently that a writer may be at it: neither good nor a problem.
  case torn
}

extension FolderListing {
  mutating func add(name: UnsafeRawBufferPointer, member: String?, kind: FileKind) {
    if kind != .folder {
      oddities.append(.notAFile([UInt8](name), kind))
    } else if let member, !member.isEmpty {
      members.append(member)
    } else {
      let message = member == nil ? "The name is not UTF-8." : "The name is empty."
      oddities.append(Oddity(name: [UInt8](name), kind: .invalidName, message: message))
    }
  }
}

extension FolderListing.Oddity {
  static func notAFile(_ name: [UInt8], _ kind: FileKind) -> Self {
    let place =
      kind == .file ? "This is a file, where a folder should be." : "This is \(kind.description); it is left alone."
    return Self(name: name, kind: .notAFile, message: place)
  }
}

extension ManifestDecodingError {
  var problemKind: ProblemKind {
    switch kind {
    case .invalidJSON: .invalidJSON
    case .invalidManifest: .invalidManifest
    case .invalidRun: .invalidRun
    }
  }
}

extension UnsafeRawBufferPointer {
  func starts(with prefix: StaticString) -> Bool {
    count >= prefix.utf8CodeUnitCount
      && memcmp(baseAddress!, prefix.utf8Start, prefix.utf8CodeUnitCount) == 0
  }
}

extension TreeReader {
  /// Whether a run has a folder in an open asset folder.
  package func exists(run: String, in folder: Int32) -> Bool {
    path.set("asset_run_id=", run)
    return kind(in: folder) == .some(.folder)
  }

  /// Whether a name folder is certainly not there; a look that fails proves nothing.
  package func isGone(name: String) -> Bool {
    path.set("asset_name=", name)
    return isFolderGone()
  }

  /// Whether an asset's folder is certainly not there.
  package func isGone(_ asset: AssetIdentifier) -> Bool {
    setPath(of: asset, "")
    return isFolderGone()
  }

  /// Whether a run's folder is certainly not there.
  package func isGone(run: String, of asset: AssetIdentifier) -> Bool {
    setPath(of: asset, "/asset_run_id=")
    path.append(run)
    return isFolderGone()
  }

  private func isFolderGone() -> Bool {
    guard let kind = kind(in: tree.descriptor) else { return false }
    return kind != .folder
  }

  /// The kind of what lies at the path: `.some(nil)` if there is nothing, `nil` if that cannot be told.
  private func kind(in folder: Int32) -> FileKind?? {
    do throws(SystemError) {
      return .some(try statusAtPath(in: folder)?.kind)
    } catch {
      return nil
    }
  }
}

extension SystemError {
  /// Whether the path is not there, as opposed to not reachable.
  package var isAbsence: Bool { number == ENOENT || number == ENOTDIR }
}
