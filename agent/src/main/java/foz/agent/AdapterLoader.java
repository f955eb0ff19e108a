package foz.agent;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Enumeration;

/// The classes of one adapter. Its own jars come first, for they may hold other versions of what
/// the agent has; what the two of them talk by is the agent's.
final class AdapterLoader extends URLClassLoader {

    static {
        registerAsParallelCapable();
    }

    AdapterLoader(URL[] jars, ClassLoader agent) {
        super(jars, agent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> found = findLoadedClass(name);
            if (found == null) {
                found = isShared(name) ? super.loadClass(name, false) : own(name);
            }
            if (resolve) {
                resolveClass(found);
            }
            return found;
        }
    }

    private Class<?> own(String name) throws ClassNotFoundException {
        try {
            return findClass(name);
        } catch (ClassNotFoundException _) {
            return super.loadClass(name, false);
        }
    }

    @Override
    public URL getResource(String name) {
        URL found = findResource(name);
        return found == null ? super.getResource(name) : found;
    }

    /// Of services, too, the agent's count only where the adapter has none of the kind.
    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        Enumeration<URL> found = findResources(name);
        return found.hasMoreElements() ? found : super.getResources(name);
    }

    private static boolean isShared(String name) {
        return name.startsWith("java.")
                || name.startsWith("foz.agent.")
                || name.startsWith("foz.contract.")
                || name.startsWith("foz.wire.")
                || name.startsWith("org.slf4j.");
    }
}
