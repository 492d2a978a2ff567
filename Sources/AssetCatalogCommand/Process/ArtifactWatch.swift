import AssetCatalog
import Glibc
import LinuxSystem

/// Tells whether the files that a command is to write were written while it ran.
struct ArtifactWatch {
  /// What is wrong with an artifact after the command has succeeded.
  enum Fault: Equatable {
    case missing(String)
    case untouched(String)

    /// A clause that names it.
    var clause: String {
      switch self {
      case .missing(let path): "\(quoted(path)) is missing"
      case .untouched(let path): "\(quoted(path)) was not written"
      }
    }
  }

  /// What the system says of a file that a write changes. Of a folder it is that of all that lies in it.
  private struct Stamp: Equatable {
    var size: Int64 = 0
    var modified = Int64.min
    var changed = Int64.min
    var inode: UInt64 = 0
    var entries = 0
  }

  /// Folders with more entries than this count as written.
  private static let mostEntries = 20_000

  private let catalog: Catalog
  private let before: [(path: String, stamp: Stamp?)]

  /// Takes stock before the command begins.
  init(_ paths: [String], of catalog: Catalog) {
    self.catalog = catalog
    before = paths.map { ($0, Self.stamp(of: $0, catalog)) }
  }

  /// What is wrong now, in the order of the paths.
  func faults() -> [Fault] {
    before.compactMap { path, former in
      guard let now = Self.stamp(of: path, catalog) else { return .missing(path) }
      return now == former && now.entries <= Self.mostEntries ? .untouched(path) : nil
    }
  }

  private static func stamp(of path: String, _ catalog: Catalog) -> Stamp? {
    guard Catalog.isInBucket(catalog.root) else { return stamp(of: path, below: catalog.root) }
    do throws(CatalogError) {
      guard let object = try catalog.stamp(ofArtifactInBucket: path, atMost: mostEntries) else { return nil }
      return Stamp(size: object.bytes, modified: 0, changed: 0, inode: object.content, entries: object.count)
    } catch {
      // What the store does not say is no fault of the command.
      return Stamp(entries: mostEntries + 1)
    }
  }

  /// `nil` where there is nothing; a link leads to what it points at, as for mad_prefect.
  private static func stamp(of path: String, below root: String) -> Stamp? {
    let isAbsolute = path.utf8.starts(with: (root + "/").utf8)
    var result = Stamp()
    return add(isAbsolute ? path : root + "/" + path, to: &result) ? result : nil
  }

  private static func add(_ path: String, to stamp: inout Stamp) -> Bool {
    guard let status = try? FileStatus.of(path, followingLinks: true) else { return false }
    stamp.entries += 1
    // Sums and maxima, since a folder lists its entries in any order.
    stamp.size &+= status.size
    stamp.inode &+= status.inode
    stamp.modified = max(stamp.modified, status.modifiedNanoseconds)
    stamp.changed = max(stamp.changed, status.changedNanoseconds)
    guard status.kind == .folder, stamp.entries <= mostEntries, let folder = opendir(path) else {
      return true
    }
    defer { closedir(folder) }
    while stamp.entries <= mostEntries, let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      // A link in a folder may lead back to it.
      if name == "." || name == ".." || Int(entry.pointee.d_type) == DT_LNK { continue }
      _ = add(path + "/" + name, to: &stamp)
    }
    return true
  }
}
