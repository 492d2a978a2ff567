import LinuxSystem

#if canImport(Glibc)
  import Glibc
#endif

/// Paths as text; the file system is asked only where it says so.
enum Paths {
  static func join(_ folder: String, _ name: String) -> String {
    folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
  }

  /// The folder and the last component; slashes at the end do not count.
  static func splitLast(_ path: String) -> (folder: String, name: String) {
    var rest = path[...]
    while rest.utf8.count > 1, rest.utf8.last == UInt8(ascii: "/") { rest.removeLast() }
    guard let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", String(rest)) }
    let folder = rest[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(rest[rest.utf8.index(after: slash)...]))
  }

  /// A name before and from its last dot; a dot at the beginning does not count.
  static func split(_ name: String) -> (stem: String, suffix: String) {
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot > name.utf8.startIndex else { return (name, "") }
    return (String(name[..<dot]), String(name[dot...]))
  }

  /// The path from the root of the file system, as seen from the current folder; nothing is resolved.
  static func absolute(_ path: String) throws(CurrentFolder.Fault) -> String {
    path.hasPrefix("/") ? path : join(try CurrentFolder.path(), path)
  }

  /// The path without links; `nil` where there is nothing, or it is not UTF-8.
  static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(validatingCString: resolved)
  }

  /// The path itself or the nearest folder above it that exists.
  static func nearestExisting(_ path: String) -> String {
    var path = path
    while access(path, F_OK) != 0, path != "/", path != "." { path = splitLast(path).folder }
    return path
  }
}

/// A hash that is the same in every process and on every machine: FNV-1a, 64 bits, in hexadecimal.
///
/// It recognizes accidents, not attacks.
enum StableHash {
  static func hex(_ bytes: some Sequence<UInt8>) -> String { text(bytes.reduce(into: offset) { add($1, to: &$0) }) }

  /// Of several texts, told apart by a NUL after each.
  static func hex(_ texts: [String]) -> String {
    var hash = offset
    for text in texts {
      for byte in text.utf8 { add(byte, to: &hash) }
      add(0, to: &hash)
    }
    return text(hash)
  }

  private static let offset: UInt64 = 0xcbf2_9ce4_8422_2325

  private static func add(_ byte: UInt8, to hash: inout UInt64) {
    hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }

  private static func text(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
