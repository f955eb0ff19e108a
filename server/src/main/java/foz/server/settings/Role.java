package foz.server.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/// A component that exists only in processes with this role.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Conditional(Roles.OnRole.class)
public @interface Role {
    String value();
}
