internal import Glibc
internal import LinuxSystem

/// An open folder.
struct FolderHandle: ~Copyable {
  private let stream: OpaquePointer

  init(_ path: String) throws(ZoneFileFailure) {
    guard let stream = opendir(path) else { throw .system(errno) }
    self.stream = stream
  }

  deinit { closedir(stream) }

  /// What is in the folder, by name, without hidden files.
  borrowing func entries() -> [(name: String, isFolder: Bool)] {
    var entries: [(name: String, isFolder: Bool)] = []
    while let entry = readdir(stream) {
      let isFolder = entry.pointee.d_type == UInt8(DT_DIR)
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { entries.append((name, isFolder)) }
    }
    return entries.sorted { $0.name < $1.name }
  }
}
