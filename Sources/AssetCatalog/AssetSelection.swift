/// Which assets a work on the tree is for.
package enum AssetSelection: Sendable {
  /// Every asset.
  case all
  /// Those whose name matches one of these patterns, as SQLite's GLOB: `*`, `?`, `[a-z]`.
  case matching([String])
  /// Those of one name, or the one that has that id too.
  case named(String, id: String? = nil)
}
