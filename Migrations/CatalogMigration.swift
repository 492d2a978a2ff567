/// One numbered step of the index's schema.
package struct CatalogMigration: Sendable {
  /// Counts from 1; `user_version` of an index that has it.
  package let version: Int
  /// The file in `Migrations/`.
  package let name: String
  /// The SQL text, UTF-8.
  package let sql: [UInt8]

  /// Every step, in order. A file in the folder that is missing here is found by a test.
  package static let all: [CatalogMigration] = [
    CatalogMigration(version: 1, name: "v001_catalog.sql", sql: PackageResources.v001_catalog_sql),
    CatalogMigration(version: 2, name: "v002_smaller_rows.sql", sql: PackageResources.v002_smaller_rows_sql),
    CatalogMigration(version: 3, name: "v003_true_answers.sql", sql: PackageResources.v003_true_answers_sql),
  ]
}
