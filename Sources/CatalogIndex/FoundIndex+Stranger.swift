internal import LinuxSystem

#if canImport(Glibc)
  import Glibc
#endif

/// What tells a damaged index from a file that never was one.
///
/// In a folder of the catalog's own, everything by the name of the index is the index. A file of somebody's choice may
/// be anything, and what cannot be read as an index is only replaced where something says that it was one.
extension IndexLocation {
  /// Whether there is a trace of an index at the place: its own folder, or the gate, an empty file that nobody makes
  /// before it is known that no stranger's file is here.
  var hasBeenUsed: Bool {
    if isOwnFolder { return true }
    guard let gate = try? FileStatus.of(gatePath, followingLinks: false) else { return false }
    return gate.kind == .file && gate.size == 0
  }

  /// Sees that nothing is put beside a file that is not ours, which would look like a trace of an index later.
  ///
  /// - Throws: `foreign`.
  func refuseStranger(_ migrator: Migrator = .standard) throws(IndexError) {
    guard !hasBeenUsed else { return }
    do throws(IndexError) {
      guard case .file(let generation) = try FoundIndex.examine(self), generation.status.size > 0 else { return }
      _ = try IndexFile.inspect(generation, self, migrator)
    } catch {
      // Whatever else is wrong is met again by those who use the file.
      guard error.code == .foreign else { return }
      throw error
    }
  }

  /// Whether a file that is named as a generation may be removed once it is an old one.
  ///
  /// - Parameter names: all that is in the folder. A generation that was in use has a log beside it, which a copy of an
  ///   index and anybody else's numbered file have not.
  func isOwnGeneration(_ name: String, among names: Set<String>) -> Bool {
    if isOwnFolder { return true }
    let database = ["-wal", "-shm", "-journal"].first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) }
    return names.contains((database ?? name) + "-wal")
  }
}

extension IndexGeneration {
  /// Whether a file that cannot be read as an index was one: where it lies, or the stamp in its header, says so.
  func wasAnIndex(at location: IndexLocation) -> Bool {
    location.hasBeenUsed || status.size == 0 || hasStamp
  }

  /// Whether the file begins as a database of SQLite does, and has the stamp of the catalog in its header.
  private var hasStamp: Bool {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    // To close it drops the locks of connections of this process; without a gate, none of them writes the file.
    defer { close(descriptor) }
    let header = [UInt8](unsafeUninitializedCapacity: 72) { buffer, count in
      count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
    }
    guard header.count == 72, header.starts(with: Array("SQLite format 3\0".utf8)) else { return false }
    return header[68...].reduce(Int64(0)) { $0 << 8 | Int64($1) } == Migrator.applicationID
  }
}
