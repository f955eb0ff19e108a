package foz.bench;

import java.nio.file.Path;

record SymmetricRun(String classPath, int scale, long updates) {
    void run(Path folder, Figures figures) throws Exception {
        throw new IllegalStateException(folder + " " + figures + classPath + scale + updates);
    }
}
