package import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// A storage root in a temporary folder, removed with the value that holds it.
///
/// Paths are relative to the root and may hold any bytes. Files are written as mad_prefect writes them, in place and
/// without any care, unless the function says otherwise.
package final class ScratchTree: Sendable {
  /// The storage root, absolute.
  package let root: String
  private let folder: String

  /// An empty root, with an empty metadata folder in it.
  package init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/asset-catalog-test.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ScratchTreeError("mkdtemp") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    root = folder + "/storage"
    try makeFolder("")
    try makeFolder(.metadata)
  }

  deinit {
    // Folders that a test closed must be open again to be emptied.
    Self.removeAll(Array(folder.utf8))
  }

  /// A copy of the storage root that the real mad_prefect wrote, with the one folder that git cannot keep.
  package static func fixture() throws -> ScratchTree {
    let tree = try ScratchTree()
    try tree.remove(.metadata)
    rmdir(tree.root)
    try FileManager.default.copyItem(atPath: fixtures + "/storage", toPath: tree.root)
    try tree.makeFolder("_asset_metadata/asset_name=hand.no_manifest")
    try tree.makeFolder("_asset_metadata/asset_name=hand.no_manifest/asset_id=a1")
    return tree
  }

  /// The folder `Tests/Fixtures`.
  package static var fixtures: String {
    let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/\(package)/Tests/Fixtures"
  }

  /// A path outside of the root that goes when the tree goes: for an index elsewhere.
  package func outside(_ name: String) -> String { folder + "/" + name }

  /// The absolute path of something in the tree, for system calls.
  package func absolute(_ path: TreePath) -> [CChar] {
    Array(root.utf8CString.dropLast()) + [CChar(bitPattern: UInt8(ascii: "/"))]
      + path.bytes.map { CChar(bitPattern: $0) } + [0]
  }

  // MARK: Folders

  /// Makes one folder; that it is there already is no error.
  package func makeFolder(_ path: TreePath) throws {
    let parent = path.parent
    if !path.bytes.isEmpty, !parent.bytes.isEmpty, status(parent) == nil { try makeFolder(parent) }
    if path.bytes.isEmpty { mkdir(folder, 0o755) }
    guard mkdir(absolute(path), 0o755) == 0 || errno == EEXIST else { throw ScratchTreeError("mkdir \(path)") }
  }

  /// Removes whatever is there, with all that is in it.
  package func remove(_ path: TreePath) throws {
    guard status(path) != nil else { throw ScratchTreeError("nothing to remove at \(path)") }
    Self.removeAll(absolute(path).dropLast().map { UInt8(bitPattern: $0) })
  }

  /// Renames a file or folder; one that is in the way is replaced, if the system allows it.
  package func rename(_ path: TreePath, to target: TreePath) throws {
    guard Foundation.rename(absolute(path), absolute(target)) == 0 else {
      throw ScratchTreeError("rename \(path) to \(target)")
    }
  }

  private static func removeAll(_ path: [UInt8]) {
    let name = path.map { CChar(bitPattern: $0) } + [0]
    var found = stat()
    guard lstat(name, &found) == 0 else { return }
    guard found.st_mode & S_IFMT == S_IFDIR else {
      unlink(name)
      return
    }
    chmod(name, 0o755)
    for entry in entries(name) { removeAll(path + [UInt8(ascii: "/")] + entry) }
    rmdir(name)
  }

  /// The names in a folder, in the order of their bytes; none where it cannot be listed.
  package static func entries(_ path: [CChar]) -> [[UInt8]] {
    guard let listing = opendir(path) else { return [] }
    defer { closedir(listing) }
    var entries: [[UInt8]] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in Array(bytes.prefix { $0 != 0 }) }
      if name != Array(".".utf8), name != Array("..".utf8) { entries.append(name) }
    }
    return entries.sorted { $0.lexicographicallyPrecedes($1) }
  }

  // MARK: Files

  /// Overwrites a file in place, as mad_prefect does; makes it, and the folders it lies in, where they are missing.
  package func write(_ bytes: [UInt8], to path: TreePath) throws {
    try makeFolder(path.parent)
    let descriptor = open(absolute(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw ScratchTreeError("open \(path)") }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw ScratchTreeError("write \(path)") }
      rest = rest.dropFirst(count)
    }
  }

  package func write(_ text: String, to path: TreePath) throws { try write(Array(text.utf8), to: path) }

  /// Puts a new file in the place of another by rename, as careful writers do.
  package func replace(_ path: TreePath, with bytes: [UInt8]) throws {
    let draft = path.parent / ".draft"
    try write(bytes, to: draft)
    try rename(draft, to: path)
  }

  /// What a file holds; `nil` where there is no regular file.
  package func read(_ path: TreePath) -> [UInt8]? {
    guard isFile(path) else { return nil }
    let descriptor = open(absolute(path), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Foundation.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return count == 0 ? bytes : nil }
      bytes += buffer[..<count]
    }
  }

  /// Whether there is a regular file.
  package func isFile(_ path: TreePath) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFREG } ?? false }

  /// What is at a path, not following a link; `nil` where there is nothing.
  package func status(_ path: TreePath) -> stat? {
    var found = stat()
    return lstat(absolute(path), &found) == 0 ? found : nil
  }
}

/// A system call of a test's own preparation that failed.
package struct ScratchTreeError: Error, CustomStringConvertible {
  package let description: String

  init(_ action: String) { description = "\(action): \(String(cString: strerror(errno)))" }
}
