/// How the path of an artifact is spelled, and which spellings are one path.
///
/// mad_prefect joins a path below the storage root, so that a leading slash means the root; `.` and doubled or trailing
/// slashes mean nothing. `..` stays as it is: the folder before it may be a link.
package enum ArtifactPath {
  /// The one spelling of a path, relative to the root; empty for the root itself.
  ///
  /// - Parameter roots: the storage root, by each absolute path that it is known by. An absolute path below one of them
  ///   loses that beginning; any other begins at the root.
  package static func relative(_ path: String, roots: [String] = []) -> String {
    var parts = components(path)
    if path.utf8.first == slash {
      for root in roots {
        let beginning = components(root)
        guard parts.count > beginning.count, zip(parts, beginning).allSatisfy({ $0.elementsEqual($1) }) else {
          continue
        }
        parts.removeFirst(beginning.count)
        break
      }
    }
    return String(decoding: Array(parts.joined(separator: [slash])), as: UTF8.self)
  }

  /// What all spellings of a path have in common, and few other paths: its text without slashes and dots.
  ///
  /// The index finds odd spellings by it; the expression of its migration is the same.
  package static func letters(_ path: String) -> String {
    String(decoding: path.utf8.filter { $0 != slash && $0 != dot }, as: UTF8.self)
  }

  private static let slash = UInt8(ascii: "/")
  private static let dot = UInt8(ascii: ".")

  private static func components(_ path: String) -> [Substring.UTF8View] {
    path.utf8.split(separator: slash).filter { !$0.elementsEqual([dot]) }
  }
}
