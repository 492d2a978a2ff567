internal import ManifestModel
internal import SQLiteDatabase

/// The schema of a database as it stands in it: the kind, name and text of every table, index, view and trigger.
package enum SchemaDigest {
  /// A digest that no other schema has, not even one that was made for it.
  ///
  /// Statistics that somebody had SQLite gather (`ANALYZE`) are left out: they change plans, never rows.
  static func compute(of connection: borrowing Connection) throws(SQLiteError) -> String {
    try connection.withStatement(select) { row throws(SQLiteError) in
      var text: [UInt8] = []
      while try row.step() {
        for column in 0..<Int32(4) {
          if row.isNull(column) {
            text.append(0)
          } else {
            try row.withText(column) { text.append(contentsOf: $0) }
          }
          text.append(0)
        }
      }
      return MD5.hex(text)
    }
  }

  /// In one order, since a rebuild makes indexes last.
  private static let select: StaticString = """
    SELECT type, name, tbl_name, sql FROM sqlite_schema
    WHERE NOT (type = 'table' AND name = tbl_name AND (
      (name = 'sqlite_stat1' AND sql = 'CREATE TABLE sqlite_stat1(tbl,idx,stat)')
      OR (name = 'sqlite_stat4' AND sql = 'CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)')))
    ORDER BY type, name, tbl_name, sql
    """
}
