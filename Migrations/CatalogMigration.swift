/// One numbered step of the index's schema.
package struct CatalogMigration: Sendable {
  /// Counts from 1; `user_version` of an index that has it.
  package let version: Int
  /// The file in `Migrations/`.
  package let name: String
  /// The SQL text, UTF-8.
  package let sql: [UInt8]
  /// The digest of the schema that this step and those before it make: a test says what it must be.
  package let schemaDigest: String

  /// Every step, in order. A file in the folder that is missing here is found by a test.
  package static let all: [CatalogMigration] = [
    CatalogMigration(
      version: 1, name: "v001_catalog.sql", sql: PackageResources.v001_catalog_sql,
      schemaDigest: "1338e8256b49a05be5476225759933a3"),
    CatalogMigration(
      version: 2, name: "v002_smaller_rows.sql", sql: PackageResources.v002_smaller_rows_sql,
      schemaDigest: "0d245f20515714de8dfce79371e2b1bc"),
    CatalogMigration(
      version: 3, name: "v003_true_answers.sql", sql: PackageResources.v003_true_answers_sql,
      schemaDigest: "1d15b65bb6f771c045da7d4063a7cc57"),
    CatalogMigration(
      version: 4, name: "v004_page_checksums.sql", sql: PackageResources.v004_page_checksums_sql,
      schemaDigest: "1d15b65bb6f771c045da7d4063a7cc57"),
  ]
}
