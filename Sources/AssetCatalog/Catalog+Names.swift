internal import CatalogIndex
package import ManifestModel

/// Whether what was asked for is there at all: a question about a name that nobody has finds nothing wrong with it.
extension Catalog {
  /// Those of some patterns that match the name of no asset, in their order.
  ///
  /// An answer without rows means that all is well only if each pattern matches something.
  ///
  /// ```swift
  /// let nobody = try catalog.unmatched(["gold.*", "silver.ordres"])
  /// ```
  ///
  /// - Parameter names: GLOBs over names.
  /// - Throws: What reconciling and reading throw.
  package func unmatched(_ names: [String]) throws(CatalogError) -> [String] {
    try ask { reader, time throws(IndexError) in
      var unmatched: [String] = []
      for name in names {
        var cursor = AssetCursor(name: name, now: time.now)
        if try cursor.next(1, from: reader).isEmpty { unmatched.append(name) }
      }
      return unmatched
    }
  }

  /// Those of some assets that are not known, in their order.
  ///
  /// ```swift
  /// let gone = try catalog.unknown(Array(expected.keys))
  /// ```
  ///
  /// - Throws: What reconciling and reading throw.
  package func unknown(_ assets: [AssetIdentifier]) throws(CatalogError) -> [AssetIdentifier] {
    try ask { reader, time throws(IndexError) in
      var unknown: [AssetIdentifier] = []
      for asset in assets where try reader.asset(asset, at: time.now) == nil { unknown.append(asset) }
      return unknown
    }
  }

  /// The name of an asset that somebody may have meant who wrote another; `nil` where none is near.
  ///
  /// Looks at every name once, and holds a few thousand of them at a time.
  ///
  /// ```swift
  /// try catalog.nearestName(to: "bronze.ordres")  // bronze.orders
  /// ```
  ///
  /// - Throws: What reconciling and reading throw.
  package func nearestName(to name: String) throws(CatalogError) -> String? {
    var nearest = NearestText(to: name)
    var (cursor, page) = try ask { reader, _ throws(IndexError) in
      var cursor = NameCursor()
      let page = try cursor.next(Self.pageSize, from: reader)
      return (cursor, page)
    }
    while !page.isEmpty {
      for candidate in page { nearest.consider(candidate) }
      let current = cursor
      (cursor, page) = try read(at: now) { reader, _ throws(IndexError) in
        var cursor = current
        let page = try cursor.next(8 * Self.pageSize, from: reader)
        return (cursor, page)
      }
    }
    return nearest.best
  }
}
