-- A token is looked up by its whole value; a hash index takes values of any length.
DROP INDEX oauth2_authorization_code;
DROP INDEX oauth2_authorization_refresh;
CREATE INDEX oauth2_authorization_code ON oauth2_authorization USING hash (authorization_code_value);
CREATE INDEX oauth2_authorization_refresh ON oauth2_authorization USING hash (refresh_token_value);
CREATE INDEX oauth2_authorization_principal ON oauth2_authorization (principal_name);
