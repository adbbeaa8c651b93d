from matrix.dense import Matrix
