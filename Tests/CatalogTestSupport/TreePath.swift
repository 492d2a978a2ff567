/// A path relative to a storage root, as bytes: names on disk need not be UTF-8.
package struct TreePath: Hashable, Comparable, Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
  package let bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }
  package init(_ text: String) { bytes = Array(text.utf8) }
  package init(stringLiteral text: String) { self.init(text) }

  /// The path of something in this folder.
  package func appending(_ component: [UInt8]) -> TreePath { TreePath(bytes: bytes + [UInt8(ascii: "/")] + component) }

  package static func / (folder: TreePath, component: String) -> TreePath { folder.appending(Array(component.utf8)) }

  package static func < (left: TreePath, right: TreePath) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }

  /// The folder that this lies in.
  package var parent: TreePath {
    TreePath(bytes: Array(bytes[..<(bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0)]))
  }

  /// For people: what is not UTF-8 is spelled `\xNN`, byte by byte.
  package var description: String {
    var text = ""
    var rest = bytes[...]
    while let first = rest.first {
      let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
      if let character = String(validating: rest.prefix(length), as: UTF8.self), rest.count >= length {
        text += character
        rest = rest.dropFirst(length)
      } else {
        let digits = String(first, radix: 16, uppercase: true)
        text += "\\x" + (digits.utf8.count == 1 ? "0" + digits : digits)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  // MARK: The layout, spelled out once more so that a slip in the product's own is noticed

  package static let metadata: TreePath = "_asset_metadata"

  package static func name(_ name: String) -> TreePath { "_asset_metadata/asset_name=\(name)" }
  package static func asset(_ name: String, _ id: String) -> TreePath { .name(name) / "asset_id=\(id)" }
  package static func manifest(_ name: String, _ id: String) -> TreePath { .asset(name, id) / "manifest.json" }
  package static func runFolder(_ name: String, _ id: String, _ run: String) -> TreePath {
    .asset(name, id) / "asset_run_id=\(run)"
  }
  package static func run(_ name: String, _ id: String, _ run: String) -> TreePath {
    .runFolder(name, id, run) / "metadata.json"
  }
}
