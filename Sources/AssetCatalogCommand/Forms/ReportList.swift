import AssetCatalog

/// A list of records beside the rows, which comes a page at a time.
struct ReportList {
  let key: String
  /// The next records, at least one; `nil` at the end.
  let next: () throws(CatalogError) -> [[Cell.Field]]?

  /// A list of rows with all of their columns.
  init<Row>(_ key: String, _ columns: [Column<Row>], _ next: @escaping () throws(CatalogError) -> [Row]?) {
    self.key = key
    self.next = { () throws(CatalogError) in
      try next()?.map { row in columns.map { Cell.Field($0.key, $0.value(row)) } }
    }
  }
}
